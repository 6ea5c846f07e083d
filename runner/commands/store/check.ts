import { readOwners, whoseIsIt } from '../../app/owners.ts';
import { orphanedLegs } from '../../app/orphaned-legs.ts';
import { soundPipelines } from '../../app/sound-pipelines.ts';
import { unclaimedResults } from '../../app/unclaimed.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { EXIT } from '../../errors.ts';
import { checkStore } from '../../ledger/check/check.ts';
import type { CheckTotals, Finding } from '../../ledger/check/finding.ts';
import { pipelineKey } from '../../ledger/keys.ts';
import { createPaint } from '../../report/paint.ts';
import { formatBytes, formatCount } from '../../report/words.ts';
import type { Output } from '../cli/output.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { createTicker } from '../cli/ticker.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';

export interface StoreCheckFlags extends CommonFlags {
  readonly deep?: boolean;
}

/** `sluice store check`: whether all that the records promise is there. Changes nothing. */
export async function storeCheckCommand(
  _words: readonly string[],
  flags: StoreCheckFlags,
  output: Output,
): Promise<number> {
  const deep = flags.deep === true;
  const options = appOptions(flags, output);
  // Each is a finding of its own.
  const settings = await openStoreSettings(options);
  const ledger = await openStandingLedger(settings, options, () => undefined);
  const ticker = createTicker(process.stderr);
  const paint = createPaint(output.color);
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    if (output.json || !finding.damage) return;
    ticker.clear();
    output.say(`${paint.red('damage')} ${finding.message}`);
  };
  const totals = await checkStore(ledger, {
    deep,
    onProgress: (now) => ticker.show(`${formatCount(now.instances, 'instance')}, ${formatBytes(now.bytes)}`),
    onFinding: tell,
  });
  const pipelines = await soundPipelines(options);
  for (const one of await unclaimedResults(ledger, pipelines, { whole: true }))
    tell({ kind: 'unclaimed', damage: false, ...one });
  for (const one of await orphanedLegs(ledger, pipelines)) tell({ kind: 'orphaned', damage: false, ...one });
  const { others } = await readOwners(
    ledger,
    settings,
    pipelines.map(({ name }) => name),
  );
  for (const owner of others) {
    const key = pipelineKey(owner.pipeline);
    tell({ kind: 'other-project', damage: false, key, message: whoseIsIt(owner) });
  }
  ticker.clear();
  const damage = findings.filter((finding) => finding.damage);
  const notes = findings.filter((finding) => !finding.damage);
  if (output.json) {
    const told = (some: readonly Finding[]) => some.map(({ kind, key, message }) => ({ kind, key, message }));
    await output.document({ schema: 1, deep, ...totals, damage: told(damage), notes: told(notes) });
    return damage.length > 0 ? EXIT.unreachable : EXIT.ok;
  }
  for (const line of gathered(notes)) output.say(`${paint.dim('note  ')} ${line}`);
  output.say(summaryOf(totals, deep, damage.length, notes.length));
  return damage.length > 0 ? EXIT.unreachable : EXIT.ok;
}

/** Of each kind of note a few, and how many more there are. */
function gathered(notes: readonly Finding[]): readonly string[] {
  const kinds = new Map<string, Finding[]>();
  for (const note of notes) {
    const same = kinds.get(note.kind);
    if (same === undefined) kinds.set(note.kind, [note]);
    else same.push(note);
  }
  return [...kinds].flatMap(([kind, same]) => {
    if (kind === 'unknown-key' && same.length > 1) return [foreignKeys(same)];
    return fewOf(kind, same);
  });
}

/** Whoever keeps something of their own in the store may have thousands there. */
function foreignKeys(found: readonly Finding[]): string {
  const some = found.slice(0, NOTES_SHOWN).map(({ key }) => key);
  const more = found.length > some.length ? ` and ${found.length - some.length} more` : '';
  return `${found.length} keys are nothing that sluice keeps: ${some.join(', ')}${more}; if they are nobody's, delete them`;
}

function fewOf(kind: string, same: readonly Finding[]): readonly string[] {
  return [
    ...same.slice(0, NOTES_SHOWN).map(({ message }) => message),
    ...(same.length > NOTES_SHOWN ? [`… and ${same.length - NOTES_SHOWN} more of this kind (${kind})`] : []),
  ];
}

const NOTES_SHOWN = 3;

function summaryOf(totals: CheckTotals, deep: boolean, damage: number, notes: number): string {
  const looked = `${formatCount(totals.instances, 'instance')}, ${formatCount(totals.objects, 'object')} (${formatBytes(totals.bytes)}), ${formatCount(totals.records, 'record')}`;
  const found =
    damage === 0 ? 'nothing is wrong' : `${damage} ${damage === 1 ? 'thing is' : 'things are'} wrong`;
  const also = notes === 0 ? '' : `, ${formatCount(notes, 'note')}`;
  return `${looked}: ${found}${also}${deep ? '; every object was read' : ''}`;
}
