import type { Cause } from '../../model/cause.ts';
import type { Job, JobFile } from '../../model/job.ts';
import type { RunStatus } from '../expressions.ts';
import { decideCondition } from './condition.ts';
import { contextsFor, evaluateTask, type EvaluatedOutput } from './evaluate.ts';
import { layInputs } from './inputs.ts';
import { buildJob } from './job.ts';
import { refuseLacking } from './lacking.ts';
import type { Upstream } from './upstream.ts';
import type { Subject } from './work.ts';

/** What becomes of a subject and what stands behind its needs. */
export type Recipe =
  | { readonly kind: 'job'; readonly job: Job; readonly outputs: readonly EvaluatedOutput[] }
  /** Its `if` is false. */
  | { readonly kind: 'skip'; readonly reason: string }
  /** What it reads lacks something; making that anew mends it. */
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'broken'; readonly cause: Cause };

/** What only a hook is given. */
export interface HookExtras {
  readonly status: RunStatus;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly JobFile[];
}

/**
 * Decides before anything runs: a wrong expression should not cost an hour of work. The one way from a task and its
 * inputs to a job, whether it is run, run as a hook, or only shown.
 */
export function recipeFor(subject: Subject, upstream: Upstream, extras?: HookExtras): Recipe {
  const lacking = refuseLacking(subject, upstream);
  if (lacking !== undefined) return lacking;
  const found = contextsFor(subject, upstream.context);
  if (found.kind === 'broken') return found;
  const { contexts } = found;
  const withStatus = extras === undefined ? contexts : { ...contexts, status: extras.status };
  const condition = decideCondition(subject, withStatus);
  if (condition.kind === 'broken') return condition;
  if (condition.kind === 'false') return { kind: 'skip', reason: condition.reason };
  const evaluation = evaluateTask(subject, contexts);
  if (evaluation.kind === 'broken') return evaluation;
  const { evaluated } = evaluation;
  const { ledger, sources } = subject.environment;
  const ownRef = ledger.store.ref;
  const inputs = layInputs(subject.task, upstream.needs, ownRef, (uri) => sources?.refOf(uri) ?? ownRef);
  const built = buildJob(subject, evaluated, inputs, extras);
  return built.kind === 'broken' ? built : { ...built, outputs: evaluated.outputs };
}

/** Of what reads nothing. */
export const NO_UPSTREAM: Upstream = { needs: [], inputs: [], omitted: [], context: {} };
