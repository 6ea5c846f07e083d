import { isAbsolute, relative } from 'node:path';
import { systemClock } from '../../clock.ts';
import { openLedgerOn, openStore, randomHex, storeRef } from '../../compose.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { EXIT } from '../../errors.ts';
import { copyStore } from '../../ledger/copy/copy.ts';
import type { CopyReport } from '../../ledger/copy/copying.ts';
import type { Project } from '../../model/pipeline.ts';
import { formatBytes, formatCount } from '../../report/words.ts';
import type { Output } from '../cli/output.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { silenceOf } from '../../app/open-ledger.ts';
import { quoteWord } from '../../model/quote-word.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';
import { createTicker } from '../cli/ticker.ts';

export interface StoreCopyFlags extends CommonFlags {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** `sluice store copy`: a whole store to another place, of whatever kind; a second call goes on. */
export async function storeCopyCommand(
  words: readonly string[],
  flags: StoreCopyFlags,
  output: Output,
): Promise<number> {
  const [from = '', to = ''] = words;
  const dryRun = flags.dryRun === true;
  const options = { ...appOptions(flags, output), store: from };
  const project = await openStoreSettings(options);
  const source = await openStandingLedger(project, options);
  const place = { ...project, store: to };
  const target = await openStore(place, options.env, silenceOf(place, options.say));
  const ticker = createTicker(process.stderr);
  const report = await copyStore(
    source,
    {
      store: target,
      clock: systemClock,
      nonce: randomHex,
      openLedger: () => openLedgerOn(target, options.env),
    },
    { dryRun, force: flags.force === true, onProgress: (now) => ticker.show(describe(now)) },
  );
  ticker.clear();
  if (output.json) await output.document({ schema: 1, dryRun, ...report });
  else {
    for (const conflict of report.conflicts) output.warn(`kept: ${conflict}`);
    for (const problem of report.problems) output.warn(`not copied: ${problem}`);
    output.say(`${dryRun ? 'would copy' : 'copied'} ${describe(report)}`);
    if (report.conflicts.length + report.problems.length === 0 && !dryRun) {
      output.say(`use it: store: ${asInTheFile(place)} in sluice.yaml, or --store ${quoteWord(to)}`);
    }
  }
  if (report.problems.length > 0) return EXIT.unreachable;
  return report.conflicts.length > 0 ? EXIT.incomplete : EXIT.ok;
}

/** A path that was typed begins in the current folder, one in the file where that stands. */
function asInTheFile(place: Project): string {
  const { root, store } = place;
  const ref = storeRef(place);
  if (ref.kind !== 'directory' || isAbsolute(store.replace(/^file:\/\//, ''))) return store;
  return relative(root, ref.root) || '.';
}

function describe({ instances, objects, bytes, records, published }: CopyReport): string {
  return [
    formatCount(instances, 'instance'),
    `${formatCount(objects, 'object')} (${formatBytes(bytes)})`,
    formatCount(records, 'other record'),
    formatCount(published, 'published file'),
  ].join(', ');
}
