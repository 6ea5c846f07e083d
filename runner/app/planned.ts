import { withImageHashes } from './project/image-hashes.ts';
import { ProblemsError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Pipeline, Project } from '../model/pipeline.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Knowledge, Plan, PlanRequest } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { Scope } from '../plan/scope/scope.ts';
import type { AppOptions, AskedPipeline } from './asked-pipeline.ts';
import { asksForOpenFailures, withOpenFailures } from './open-failures.ts';
import { openLedger } from './open-ledger.ts';
import { readOwners, type Ownership } from './owners.ts';
import { readMoment } from './moment.ts';
import { createRequest, type RequestOptions } from './request.ts';

/** A plan with all that it was made of. */
export interface Planned {
  readonly asked: AskedPipeline;
  readonly plan: Plan;
  /** The plan anew, once what lists the legs of these placeholders is done. */
  readonly expand: (placeholders: readonly InstanceId[]) => Promise<Plan>;
  /** With the hashes of the images that are built. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly ledger: Ledger;
  /** Whose the pipelines are that it concerns, as the store has it. */
  readonly ownership: Ownership;
  /** The time that it answers for, in milliseconds since the epoch; that of the clock goes on. */
  readonly nowMs: () => number;
}

/** What a plan is made for, beside its request. */
export interface PlanOptions extends RequestOptions {
  /** What is asked, where a record or a file says it: then nothing else of what was typed counts. */
  readonly request?: PlanRequest;
  /** Of the project, with the hashes of the images that are built, where they are at hand. */
  readonly pipelines?: ReadonlyMap<string, Pipeline>;
  /** Read the manifests themselves, also where the request could be answered by listing. */
  readonly contents?: boolean;
  /** How the project's ledger is opened; by default its store is made where it is not there. */
  readonly ledger?: (project: Project, options: AppOptions) => Promise<Ledger>;
}

/**
 * Request, scope, what the store knows, plan. Runs nothing.
 *
 * @throws ProblemsError for what is wrong in the request; StoreError where the store does not answer.
 * @example
 * const { plan } = await planPipeline(asked, { rebuild: 'stale' });
 */
export async function planPipeline(asked: AskedPipeline, options: PlanOptions = {}): Promise<Planned> {
  const { opened, pipeline } = asked;
  const open = async () => (options.ledger ?? openLedger)(opened.project, asked.options);
  const [{ request, opened: first }, { planWithLegs }] = await Promise.all([
    requestFor(asked, options, open),
    import('./legs.ts'),
  ]);
  const { pipelines, scope, now, nowMs } = await scopeAsked(asked, { ...options, request });
  const ledger = first ?? (await open());
  const concerned = new Set([pipeline.name, ...scope.ranges.map((range) => range.pipeline)]);
  const contents = options.contents === true;
  const read = ({ ranges, glance, contents: wanted }: Scope): Promise<Knowledge> =>
    ledger.readKnowledge(ranges, { contents: contents || wanted, glance });
  const [{ plan, expand }, ownership] = await Promise.all([
    planWithLegs({ pipelines, request, now, ledger, read }, scope),
    readOwners(ledger, opened.project, concerned),
  ]);
  return { asked, plan, expand, pipelines, ledger, ownership, nowMs };
}

/** What was typed; where that is about what is open, with the ledger that was opened to tell. */
async function requestFor(
  asked: AskedPipeline,
  options: PlanOptions,
  open: () => Promise<Ledger>,
): Promise<{ readonly request: PlanRequest; readonly opened?: Ledger }> {
  if (options.request !== undefined) return { request: options.request };
  const request = besideMistakes(asked.mistakes, () => createRequest(asked.pipeline, asked.target, options));
  // With a mistake in it nothing is read: the scope names it, with all others.
  if (asked.mistakes.length > 0 || !asksForOpenFailures(asked, request)) return { request };
  const opened = await open();
  return { request: await withOpenFailures(request, opened), opened };
}

/** What is asked for, before anything is read of the store. */
export interface ScopeAsked extends Pick<Planned, 'pipelines' | 'nowMs'> {
  readonly request: PlanRequest;
  readonly scope: Scope;
  /** ISO instant. */
  readonly now: string;
}

/** @throws ProblemsError for what is wrong in the request. */
export async function scopeAsked(
  asked: AskedPipeline,
  options: RequestOptions & Pick<PlanOptions, 'now' | 'request' | 'pipelines'>,
): Promise<ScopeAsked> {
  const { opened, pipeline, target } = asked;
  const { scopeOf } = await import('../plan/scope/scope.ts');
  const pipelines = options.pipelines ?? (await withImageHashes(opened));
  return withMistakes(asked.mistakes, () => {
    const nowMs = readMoment(opened.clock, pipeline.timezone, options.now);
    const now = new Date(nowMs()).toISOString();
    const request = options.request ?? createRequest(pipeline, target, options);
    return { pipelines, nowMs, now, request, scope: scopeOf(pipelines, request, now) };
  });
}

/** What is known to be wrong is, though `make` finds no more. */
function withMistakes<Value>(mistakes: readonly Problem[], make: () => Value): Value {
  const value = besideMistakes(mistakes, make);
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  return value;
}

/** What `make` finds wrong comes after what is known to be. */
function besideMistakes<Value>(mistakes: readonly Problem[], make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    throw new ProblemsError([...mistakes, ...error.problems]);
  }
}
