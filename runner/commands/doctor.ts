import { systemClock } from '../clock.ts';
import { installEngine, openEngine } from '../compose.ts';
import { lonePipelines, openProject, openSettings, type OpenedProject } from '../app/project/open-project.ts';
import { EngineError, EXIT, ProblemsError, StoreError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Project } from '../model/pipeline.ts';
import { createPaint } from '../report/paint.ts';
import { formatBytes } from '../report/words.ts';
import type { Output } from './cli/output.ts';
import type { AppOptions } from '../app/asked-pipeline.ts';
import { appOptions, type CommonFlags } from './cli/flags.ts';
import { openLedger } from '../app/open-ledger.ts';
import { openStandingLedger } from '../app/standing-ledger.ts';

export interface DoctorFlags extends CommonFlags {
  /** Install and start what is missing, where that is possible. */
  readonly fix?: boolean;
}

interface Finding {
  readonly name: 'node' | 'project' | 'store' | 'clock' | 'engine';
  readonly ok: boolean;
  readonly message: string;
  readonly fix?: string;
}

const MAX_SKEW_SECONDS = 5;

/** `sluice doctor`: what is wrong with project, store, clock, permissions and engine, and what to do. */
export async function doctorCommand(
  _words: readonly string[],
  flags: DoctorFlags,
  output: Output,
): Promise<number> {
  const findings: Finding[] = [{ name: 'node', ok: true, message: `Node ${process.versions.node}` }];
  const options = appOptions(flags, output);
  const opened = await openProject(options).catch((error: unknown) => error);
  const project = isOpened(opened) ? opened : undefined;
  findings.push(
    project === undefined
      ? ((await loneFinding(options, opened)) ?? projectFinding(opened))
      : { name: 'project', ok: true, message: describeProject(project) },
  );
  // A mistake in a pipeline hides nothing of the store and the engine; only a sound project's store is made.
  const settings = project?.project ?? (await openSettings(options).catch(() => undefined));
  if (settings !== undefined)
    findings.push(
      ...(await storeFindings(settings, async () =>
        project === undefined ? standing(settings, options) : openLedger(settings, options),
      )),
    );
  findings.push(await engineFinding(settings ?? bareProject(options), flags, options.env, output));
  await show(findings, output);
  const broken = findings.filter((finding) => !finding.ok).map((finding) => finding.name);
  if (broken.includes('engine') || broken.includes('store') || broken.includes('clock'))
    return EXIT.unreachable;
  return broken.length > 0 ? EXIT.usage : EXIT.ok;
}

function isOpened(value: unknown): value is OpenedProject {
  return typeof value === 'object' && value !== null && 'pipelines' in value;
}

function describeProject(opened: OpenedProject): string {
  const names = [...opened.pipelines.keys()];
  return `${opened.project.root}: ${names.length === 0 ? 'no pipelines yet' : names.join(', ')}`;
}

/** A folder of lone files is no mistake. */
async function loneFinding(options: AppOptions, error: unknown): Promise<Finding | undefined> {
  if (!(error instanceof ProblemsError) || error.problems.some(({ code }) => code !== 'no-pipelines'))
    return undefined;
  const { root, files } = await lonePipelines(options);
  if (files.length === 0) return undefined;
  const shown = files.slice(0, FILES_SHOWN).map((name) => `./${name}`);
  const more = files.length > shown.length ? `, … ${files.length - shown.length} more` : '';
  return {
    name: 'project',
    ok: true,
    message: `${root}: no pipelines/, but lone files: ${shown.join(', ')}${more}`,
  };
}

const FILES_SHOWN = 5;

function projectFinding(error: unknown): Finding {
  if (!(error instanceof ProblemsError)) throw error;
  const [first] = error.problems;
  const more = error.problems.length > 1 ? ` (and ${error.problems.length - 1} more)` : '';
  return {
    name: 'project',
    ok: false,
    message: `${first?.message ?? 'unreadable'}${more}`,
    fix: more === '' && first?.fix !== undefined ? first.fix : 'sluice check shows every mistake',
  };
}

/** Enough to look for an engine where no project is. */
function bareProject(options: {
  readonly cwd: string;
  readonly engine?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}) {
  const host = options.engine ?? options.env['SLUICE_ENGINE'];
  return {
    root: options.cwd,
    store: '.sluice/store',
    engine: host === undefined ? {} : { host },
    pools: {},
    concurrency: 1,
    notify: undefined,
  };
}

/** The ledger of a store that is there. */
async function standing(project: Project, options: AppOptions): Promise<Ledger | undefined> {
  try {
    return await openStandingLedger(project, options);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return undefined;
    // That there is no project is told already.
    if (error instanceof ProblemsError) return undefined;
    throw error;
  }
}

async function storeFindings(
  project: Project,
  open: () => Promise<Ledger | undefined>,
): Promise<readonly Finding[]> {
  try {
    const ledger = await open();
    if (ledger === undefined) return [];
    await ledger.store.check();
    const key = `runs/doctor-${systemClock.now()}/probe.json`;
    await ledger.store.put(key, new TextEncoder().encode('{}'));
    const written = await ledger.store.get(key);
    const skew =
      written === undefined ? 0 : Math.abs(Date.parse(written.modifiedAt) - systemClock.now()) / 1000;
    if (written !== undefined) for await (const _ of written.body) void _;
    await ledger.store.delete([key]);
    return [
      {
        name: 'store',
        ok: true,
        message: `${project.store}: conditional writes hold, as a race has just shown`,
      },
      skew <= MAX_SKEW_SECONDS
        ? { name: 'clock', ok: true, message: 'this machine and the store agree' }
        : {
            name: 'clock',
            ok: false,
            message: `expected the store’s clock within ${MAX_SKEW_SECONDS} s of this machine’s, found ${Math.round(skew)} s`,
            fix: 'set the clock (NTP)',
          },
    ];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const message = `${project.store}: ${error.message}`;
    return [
      {
        name: 'store',
        ok: false,
        message,
        fix: 'mend that, or name another place: store: in sluice.yaml, or --store',
      },
    ];
  }
}

async function engineFinding(
  project: Parameters<typeof openEngine>[0],
  flags: DoctorFlags,
  env: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<Finding> {
  try {
    if (flags.fix === true) {
      await installEngine(project, env, output.warn);
    }
    const engine = await openEngine(project, env);
    try {
      const found = await engine.check();
      return {
        name: 'engine',
        ok: true,
        message: `${found.engine} (API ${found.apiVersion}, ${found.os}/${found.architecture}, ${found.cpus} CPUs, ${formatBytes(found.memoryBytes)})`,
      };
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return {
      name: 'engine',
      ok: false,
      message: error.message,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    };
  }
}

async function show(findings: readonly Finding[], output: Output): Promise<void> {
  if (output.json) {
    await output.document({ schema: 1, findings });
    return;
  }
  const paint = createPaint(output.color);
  for (const finding of findings) {
    output.say(
      `${finding.ok ? paint.state('done', 'ok   ') : paint.red('wrong')} ${finding.name.padEnd(8)} ${finding.message}`,
    );
    if (finding.fix !== undefined) output.say(`      ${' '.repeat(8)} ${paint.dim('do:')} ${finding.fix}`);
  }
}
