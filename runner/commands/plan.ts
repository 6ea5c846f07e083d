import { EXIT } from '../errors.ts';
import type { Output } from './cli/output.ts';
import { makeSessionPlan, openSession, type CommonFlags } from './planning.ts';
import type { RequestFlags } from './request.ts';

export interface PlanFlags extends CommonFlags, RequestFlags {
  readonly graph?: boolean;
  readonly all?: boolean;
}

/** `sluice plan`: every instance with state and reason; changes nothing. */
export async function planCommand(
  words: readonly string[],
  flags: PlanFlags,
  output: Output,
): Promise<number> {
  const session = await openSession(words, flags, output);
  const { plan } = await makeSessionPlan(session, flags);
  if (output.json) {
    const { planDocument } = await import('../report/json.ts');
    await output.document(planDocument(plan));
    return EXIT.ok;
  }
  for (const warning of plan.warnings) output.warn(`warning: ${warning}`);
  if (flags.graph === true) {
    const { mermaid } = await import('../plan/graph.ts');
    output.say(mermaid(plan));
    return EXIT.ok;
  }
  const [{ formatPlan }, { createPaint }] = await Promise.all([
    import('../report/plan-table.ts'),
    import('../report/paint.ts'),
  ]);
  output.say(formatPlan(plan, createPaint(output.color), { all: flags.all === true }));
  return EXIT.ok;
}
