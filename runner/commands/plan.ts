import { EXIT } from '../errors.ts';
import type { Estimate } from '../model/estimate.ts';
import type { Output } from './cli/output.ts';
import { otherOwners } from '../app/owners.ts';
import { planPipeline, type Planned, type PlanOptions } from '../app/planned.ts';
import { openReadingLedger } from '../app/reading-ledger.ts';
import type { CommonFlags } from './cli/flags.ts';
import { rebuildStale } from './cli/surroundings.ts';
import { openTyped } from './cli/typed.ts';
import { unclaimedResults } from '../app/unclaimed.ts';

export interface PlanFlags
  extends CommonFlags, Omit<PlanOptions, 'ledger' | 'contents' | 'request' | 'pipelines'> {
  readonly graph?: boolean;
  readonly all?: boolean;
  /** A span of time: what becomes due in it. */
  readonly next?: string;
  /** Where the plan is kept. */
  readonly out?: string;
}

/** `sluice plan`: every instance with state and reason; changes nothing. */
export async function planCommand(
  words: readonly string[],
  flags: PlanFlags,
  output: Output,
): Promise<number> {
  const asked = await openTyped(words, flags, output);
  if (flags.next !== undefined) {
    const { nextCommand } = await import('./tick/next.ts');
    const { next, now } = flags;
    return nextCommand(asked, now === undefined ? { next } : { next, now }, output);
  }
  const planned = await planPipeline(asked, {
    ...flags,
    ledger: openReadingLedger,
  });
  const unclaimed = await unclaimedResults(planned.ledger, [planned.asked.pipeline], { dates: false });
  const notes = [...otherOwners(planned), ...unclaimed.map(({ message }) => message)];
  const plan = { ...planned.plan, warnings: [...planned.plan.warnings, ...notes] };
  if (flags.out !== undefined) {
    const { keepPlanned } = await import('../app/kept-plan/plan-as-kept.ts');
    await keepPlanned(planned, flags.out);
  }
  if (output.json) {
    const { planDocument } = await import('../report/json.ts');
    await output.document(planDocument(plan, await estimateOf(planned)));
    return EXIT.ok;
  }
  for (const warning of plan.warnings) output.warn(`warning: ${warning}`);
  if (flags.graph === true) {
    const { mermaid } = await import('../plan/graph.ts');
    output.say(mermaid(plan).split('\n'));
    return EXIT.ok;
  }
  const [{ formatPlan }, { createPaint }] = await Promise.all([
    import('../report/plan-table.ts'),
    import('../report/paint.ts'),
  ]);
  output.say(
    formatPlan(plan, createPaint(output.color), {
      all: flags.all === true,
      rebuildStale: rebuildStale(),
      ...(process.stdout.isTTY ? { columns: process.stdout.columns } : {}),
    }).split('\n'),
  );
  const estimate = await estimateOf(planned);
  if (estimate !== undefined) {
    const { estimateWords } = await import('../report/estimate.ts');
    output.say(estimateWords(estimate, planned.asked.opened.clock.now()));
  }
  return EXIT.ok;
}

async function estimateOf(planned: Planned): Promise<Estimate | undefined> {
  const { estimatePlanned } = await import('../app/estimate.ts');
  return estimatePlanned(planned);
}
