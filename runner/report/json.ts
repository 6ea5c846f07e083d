import { EXIT } from '../errors.ts';
import type { CauseKind } from '../model/cause.ts';
import type { Estimate } from '../model/estimate.ts';
import type { LeftStale, Plan, PlannedInstance } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { Report, ReportInstance } from '../model/report.ts';
import { estimateDocument } from './estimate.ts';
import { rebuildWords, staleWords } from './stale-words.ts';

/** The version of the documents that `--json` prints. */
export const SCHEMA = 1;

/** What `sluice plan --json` prints. */
export function planDocument(plan: Plan, estimate?: Estimate): object {
  return {
    schema: SCHEMA,
    pipeline: plan.pipeline,
    counts: plan.counts,
    ...(plan.atLeast ? { atLeast: true } : {}),
    ...(plan.warnings.length > 0 ? { warnings: plan.warnings } : {}),
    ...staleDocument(plan.stale),
    ...(estimate === undefined ? {} : { estimate: estimateDocument(estimate) }),
    instances: eachAs(plan.instances, (instance) => ({
      id: instance.id,
      task: instance.task,
      params: instance.params,
      ...(Object.keys(instance.matrix).length > 0 ? { matrix: instance.matrix } : {}),
      state: instance.state,
      reason: instance.reason,
      ...(instance.dueAt === undefined ? {} : { dueAt: instance.dueAt }),
      ...(instance.deadlineAt === undefined ? {} : { deadlineAt: instance.deadlineAt }),
      ...waitDocument(instance),
      ...(instance.neededBy === undefined ? {} : { neededBy: instance.neededBy }),
      needs: instance.needs.flatMap((need) => need.members),
    })),
  };
}

/** Where nobody has asked yet there is nothing to say. */
function waitDocument({ wait, nextAskAt }: PlannedInstance): object {
  if (wait?.lastAsk === undefined) return {};
  const { since, count, lastAsk, deadlineToldAt } = wait;
  return {
    wait: {
      since,
      count,
      lastAskAt: lastAsk.at,
      nextAskAt,
      attempt: lastAsk.attempt,
      lastLines: lastAsk.lastLines,
      ...(deadlineToldAt === undefined ? {} : { deadlineToldAt }),
    },
  };
}

/** What `sluice run --json` prints. */
export function reportDocument(report: Report): object {
  return {
    schema: SCHEMA,
    run: report.run,
    pipeline: report.pipeline,
    ...(report.backfill === undefined ? {} : { backfill: report.backfill }),
    outcome: report.outcome,
    counts: report.counts,
    instances: eachAs(report.instances, reportInstance),
    ...staleDocument(report.stale),
    ...(report.published.length > 0 ? { published: report.published } : {}),
    ...(report.exitStatus === EXIT.unreachable ? { problems: unreachable(report).map(problemDocument) } : {}),
  };
}

export function reportInstance(instance: ReportInstance): object {
  return {
    id: instance.id,
    state: instance.state,
    attempt: instance.attempt ?? null,
    reason: instance.reason,
    seconds: instance.seconds ?? null,
    exitCode: instance.exitCode ?? null,
    ...(instance.cause === undefined ? {} : { cause: instance.cause.kind }),
  };
}

function staleDocument(stale: LeftStale | undefined): object {
  if (stale === undefined) return {};
  return {
    stale: { count: stale.instances.length, message: `${staleWords(stale)}: ${rebuildWords(stale)}` },
  };
}

/** A list whose members are made as they are written: of 100,000 there is never more than one. */
function eachAs<T>(members: readonly T[], document: (member: T) => object): Iterable<object> {
  return {
    *[Symbol.iterator]() {
      for (const member of members) yield document(member);
    },
  };
}

const OUT_OF_REACH: ReadonlySet<CauseKind> = new Set(['engine-lost', 'store-error', 'store-full']);

/** What ended a run that lost its engine or store: as with any exit 4, in `problems`. */
export function unreachable(report: Pick<Report, 'instances'>): readonly Problem[] {
  const causes = report.instances.flatMap(({ cause }) =>
    cause !== undefined && OUT_OF_REACH.has(cause.kind) ? [cause] : [],
  );
  const known = new Map(causes.map(({ kind, message }) => [`${kind} ${message}`, { code: kind, message }]));
  if (known.size === 0) {
    known.set('', {
      code: 'store-error',
      message: 'the store went out of reach before the run was recorded',
    });
  }
  return [...known.values()].map((one) => ({ severity: 'error', ...one }));
}

/** What any command prints with `--json` when it ends with 2 or 4. */
export function problemsDocument(problems: readonly Problem[]): object {
  return {
    schema: SCHEMA,
    problems: problems.map(problemDocument),
  };
}

export function problemDocument(problem: Problem): object {
  return {
    code: problem.code,
    file: problem.file ?? null,
    line: problem.line ?? null,
    column: problem.column ?? null,
    message: problem.message,
    fix: problem.fix ?? null,
  };
}
