import { openEngine } from '../compose.ts';
import { openProject } from './project/open-project.ts';
import { withImageHashes } from './project/image-hashes.ts';
import { EngineError, ProblemsError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Pipeline, Project } from '../model/pipeline.ts';
import type { BuiltImages } from '../ports.ts';
import type { AppOptions } from './asked-pipeline.ts';
import { nameOfProject } from './project-name.ts';

export interface UnusedImages extends BuiltImages {
  /** Why none was removed, whatever there is; in words. */
  readonly left?: string;
}

/**
 * Removes the images that were built for the project and that none of its pipelines asks for any more. Where it is not
 * certain what they ask for, all stay.
 *
 * @throws StoreError where the store does not answer.
 */
export async function removeUnusedImages(
  options: AppOptions,
  project: Project,
  ledger: Ledger,
  dryRun: boolean,
): Promise<UnusedImages> {
  try {
    const live = await liveHashes(options);
    // It has planned with what stood in the files then, and builds anew only from files that are as they were.
    const run = await runAtWork(ledger);
    if (run !== undefined) return leaving(`run ${run} is at work`);
    const owner = { storeId: ledger.storeId, project: await nameOfProject(project) };
    // It opens for the one question, and closes.
    const engine = await openEngine(project, options.env);
    return await engine.removeBuilt({ owner, live, dryRun });
  } catch (error) {
    if (error instanceof ProblemsError) {
      return leaving(`what is still asked for cannot be read: ${whereIn(error)}`);
    }
    if (error instanceof EngineError) return leaving(`no engine was asked: ${error.message}`);
    throw error;
  }
}

/** Of every Dockerfile of every pipeline there is. */
async function liveHashes(options: AppOptions): Promise<ReadonlySet<string>> {
  const pipelines = await withImageHashes(await openProject(options));
  return new Set([...pipelines.values()].flatMap(hashesOf));
}

function hashesOf({ tasks }: Pipeline): readonly string[] {
  return Object.values(tasks).flatMap(({ image }) =>
    image?.kind === 'dockerfile' && image.contentHash !== undefined ? [image.contentHash] : [],
  );
}

const RECENT_RUNS = 20;

async function runAtWork(ledger: Ledger): Promise<string | undefined> {
  for (const { run, finishedAt } of await ledger.listRuns({ limit: RECENT_RUNS })) {
    if (finishedAt === undefined && (await ledger.liveness(run)) === 'live') return run;
  }
  return undefined;
}

function leaving(left: string): UnusedImages {
  return { removed: [], kept: [], ownerless: [], left };
}

function whereIn({ problems }: ProblemsError): string {
  const first = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  if (first === undefined) return 'nobody says why';
  const place = [first.file, first.line].filter((part) => part !== undefined).join(':');
  return place === '' ? first.message : `${place}: ${first.message}`;
}
