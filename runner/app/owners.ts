import { ProblemsError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Pipeline, Project } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import type { PipelineRecord } from '../model/records.ts';
import { nameOfProject } from './project-name.ts';

/** Whose pipelines are in a store, as far as they are another project's. */
export interface Ownership {
  /** This project's name. */
  readonly project: string;
  readonly others: readonly PipelineRecord[];
}

/** A plan, as far as it matters whose pipelines are. */
interface Concerned {
  readonly asked: { readonly pipeline: Pick<Pipeline, 'name'> };
  readonly ledger: Ledger;
  readonly ownership: Ownership;
}

export async function readOwners(
  ledger: Pick<Ledger, 'readOwner'>,
  project: Pick<Project, 'name' | 'root'>,
  pipelines: Iterable<string>,
): Promise<Ownership> {
  const [name, ...owners] = await Promise.all([
    nameOfProject(project),
    ...[...pipelines].map((pipeline) => ledger.readOwner(pipeline)),
  ]);
  return {
    project: name,
    others: owners.filter((owner) => owner !== undefined).filter((owner) => owner.project !== name),
  };
}

/** Results of another project's pipeline are not this one's, whatever they are named: nothing is run over them. */
export function refuseOthers({ asked, ownership }: Concerned, adopt: boolean): void {
  const refused = ownership.others.filter(({ pipeline }) => !adopt || pipeline !== asked.pipeline.name);
  if (refused.length === 0) return;
  throw new ProblemsError(refused.map((owner) => problemOf(owner, ownership.project, asked.pipeline)));
}

/** Makes it this project's from here on. Of several that come first at once, all but one are refused. */
export async function claimPipeline(
  { asked, ledger, ownership: { project } }: Concerned,
  claim: { readonly run: string; readonly since: string; readonly adopt: boolean },
): Promise<void> {
  const owner = await ledger.claimPipeline({ pipeline: asked.pipeline.name, project, ...claim });
  if (owner.project !== project) throw new ProblemsError([problemOf(owner, project, asked.pipeline)]);
}

/** The same in words, for what only looks. */
export function otherOwners({ asked, ownership }: Concerned): readonly string[] {
  return ownership.others.map((owner) => {
    const { message, fix = '' } = problemOf(owner, ownership.project, asked.pipeline);
    return `${message}: ${fix}`;
  });
}

/** `pipeline sales belongs to project shop-a in this store (since 2021-01-29, run …)` */
export function whoseIsIt({ pipeline, project, run, since }: PipelineRecord): string {
  return `pipeline ${pipeline} belongs to project ${project} in this store (since ${since.slice(0, 10)}, run ${run})`;
}

function problemOf(record: PipelineRecord, project: string, asked: Pick<Pipeline, 'name'>): Problem {
  const { pipeline, project: owner } = record;
  const isAsked = pipeline === asked.name;
  return {
    severity: 'error',
    code: 'other-project',
    message: `${whoseIsIt(record)}, and this is project ${project}${isAsked ? '' : `, whose ${asked.name} needs its own ${pipeline}`}`,
    fix: `give this one another \`name:\`, use another store, write \`project: ${owner}\` in sluice.yaml if both are one project, or take it over: sluice run ${pipeline} --adopt`,
  };
}
