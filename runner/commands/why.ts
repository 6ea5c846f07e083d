import { EXIT } from '../errors.ts';
import { oneInstance } from './instance.ts';
import type { Output } from './cli/output.ts';
import { makeSessionPlan, openSession, type CommonFlags } from './planning.ts';
import type { RequestFlags } from './request.ts';

/** `sluice why`: the chain of reasons behind one instance's state. */
export async function whyCommand(
  words: readonly string[],
  flags: CommonFlags & RequestFlags,
  output: Output,
): Promise<number> {
  const session = await openSession(words, flags, output);
  const { plan } = await makeSessionPlan(
    session,
    { ...flags, rebuild: 'missing,failed,stale' },
    { contents: true },
  );
  const instance = oneInstance(plan, session);
  const { explain } = await import('../plan/why.ts');
  const lines = explain(plan, instance.id);
  if (output.json)
    await output.document({
      schema: 1,
      id: instance.id,
      state: instance.state,
      reason: instance.reason,
      lines,
    });
  else output.say(lines.join('\n'));
  return EXIT.ok;
}
