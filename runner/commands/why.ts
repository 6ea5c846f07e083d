import { EXIT } from '../errors.ts';
import type { AskedPipeline } from '../app/asked-pipeline.ts';
import { oneInstance } from '../app/instance.ts';
import { withLeftOnRecord } from '../app/left-on-record.ts';
import { quoteWord } from '../model/quote-word.ts';
import { paramFlag } from '../model/flags.ts';
import { otherOwners } from '../app/owners.ts';
import { oneLine } from '../report/words.ts';
import type { Output } from './cli/output.ts';
import { planPipeline, type Planned, type PlanOptions } from '../app/planned.ts';
import { openReadingLedger } from '../app/reading-ledger.ts';
import type { PlannedInstance } from '../model/plan.ts';
import type { CommonFlags } from './cli/flags.ts';
import { openTyped } from './cli/typed.ts';

/** `sluice why`: the chain of reasons behind one instance's state. */
export async function whyCommand(
  words: readonly string[],
  flags: CommonFlags & Omit<PlanOptions, 'ledger' | 'contents' | 'request' | 'pipelines'>,
  output: Output,
): Promise<number> {
  const { only: _only, resume: _resume, ...options } = flags;
  const asked = await openTyped(words, flags, output);
  const { planned, instance } = await planOne(asked, options);
  for (const message of otherOwners(planned)) output.warn(`warning: ${message}`);
  const { explain } = await import('../plan/why.ts');
  const lines = [
    ...explain(planned.plan, instance.id, settingsOf(planned, instance)),
    ...(await whatRebuildsIt(planned)),
    ...(await howItWasMade(planned, instance)),
  ];
  if (output.json)
    await output.document({
      schema: 1,
      id: instance.id,
      state: instance.state,
      reason: instance.reason,
      lines,
    });
  else output.say(lines.map(oneLine));
  return EXIT.ok;
}

async function planOne(
  asked: AskedPipeline,
  options: PlanOptions,
): Promise<{ readonly planned: Planned; readonly instance: PlannedInstance }> {
  try {
    const planned = await planPipeline(asked, {
      ...options,
      rebuild: 'stale',
      contents: true,
      ledger: openReadingLedger,
    });
    return { planned, instance: oneInstance(planned) };
  } catch (error) {
    throw await withLeftOnRecord(error, asked);
  }
}

/** Where it is made from something that is stale itself, and that was not named. */
async function whatRebuildsIt({ plan }: Planned): Promise<readonly string[]> {
  if (plan.stale === undefined) return [];
  const { rebuildWords } = await import('../report/stale-words.ts');
  return [`${rebuildWords(plan.stale)} makes it anew from what is written now`];
}

/** What was given beside the instance's own keys, as it is to be given again. */
function settingsOf({ asked }: Planned, { keys, matrix }: PlannedInstance): readonly string[] {
  return Object.entries(asked.target.params)
    .filter(([name]) => !Object.hasOwn(keys, name) && !Object.hasOwn(matrix, name) && !RANGE.includes(name))
    .map(([name, value]) => paramFlag(name, quoteWord(value)));
}

const RANGE = ['date', 'from', 'to'];

/** Of what is committed, whatever else is to be said of it. */
async function howItWasMade({ ledger }: Planned, { id, state }: PlannedInstance): Promise<readonly string[]> {
  const manifest = (await ledger.readManifest(id))?.manifest;
  if (manifest === undefined || manifest.outcome === 'void') return [];
  const { madeLines } = await import('../report/made.ts');
  return [
    ...(state === 'done' ? ['made of what is written now, from what its inputs hold now: not stale'] : []),
    ...madeLines(manifest),
  ];
}
