import { openStoreSettings } from '../../app/project/open-project.ts';
import { EXIT, usageError } from '../../errors.ts';
import type { GcReport } from '../../ledger/ledger.ts';
import { formatBytes, formatCount } from '../../report/words.ts';
import type { Output } from '../cli/output.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { removeUnusedImages, type UnusedImages } from '../../app/unused-images.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';

export interface GcFlags extends CommonFlags {
  readonly dryRun?: boolean;
  readonly graceHours?: string;
  readonly keep?: string;
}

const DEFAULT_GRACE_HOURS = 24;

/** `sluice gc`: removes what no manifest names and no live run can still need. */
export async function gcCommand(_words: readonly string[], flags: GcFlags, output: Output): Promise<number> {
  const hours = graceHours(flags.graceHours);
  const keep = keptAttempts(flags.keep);
  const options = appOptions(flags, output);
  const project = await openStoreSettings(options);
  const ledger = await openStandingLedger(project, options);
  const dryRun = flags.dryRun === true;
  const report = await ledger.gc({ graceSeconds: hours * 3600, keep, dryRun });
  const images = await removeUnusedImages(options, project, ledger, dryRun);
  if (output.json) {
    await output.document({ schema: 1, dryRun, ...report, images });
    return EXIT.ok;
  }
  const verb = dryRun ? 'would remove' : 'removed';
  for (const problem of report.problems) output.warn(`warning: ${problem}`);
  for (const attempt of report.attemptsRemoved) output.say(`${verb} ${attempt}`);
  for (const name of images.removed) output.say(`${verb} the image ${name}`);
  output.say(
    report.objectsRemoved + report.recordsRemoved === 0
      ? images.removed.length === 0
        ? 'nothing to remove'
        : 'nothing to remove from the store'
      : `${verb} ${formatCount(report.objectsRemoved, 'object')} (${formatBytes(report.bytesFreed)}) and ${formatCount(report.recordsRemoved, 'record')}`,
  );
  for (const line of keptLines(report.kept, hours)) output.say(line);
  for (const line of keptImages(images)) output.say(line);
  return EXIT.ok;
}

function keptImages({ kept, ownerless, left }: UnusedImages): readonly string[] {
  return [
    ...kept.map(({ name, why }) => `kept the image ${name}: ${why}`),
    ...['docker', 'podman'].flatMap((program) => ownerlessImages(program, ownerless)),
    ...(left === undefined ? [] : [`kept all images that were built here: ${left}`]),
  ];
}

/** Podman's names begin with what it takes for granted. */
function ownerlessImages(program: string, all: readonly string[]): readonly string[] {
  const names = all.filter((name) => name.startsWith('localhost/') === (program === 'podman'));
  if (names.length === 0) return [];
  return [
    `kept ${formatCount(names.length, 'image')}: an older sluice built them and did not say for whom; where no project needs them: ${program} image rm ${names.join(' ')}`,
  ];
}

/** What no manifest names and stays all the same, and why. */
function keptLines({ young, inHand, asked }: GcReport['kept'], hours: number): readonly string[] {
  return [
    ...(young === 0
      ? []
      : [`kept ${formatCount(young, 'attempt')}: younger than ${hours} h (--grace-hours)`]),
    ...(inHand === 0 ? [] : [`kept ${formatCount(inHand, 'attempt')}: in the hand of a run at work`]),
    ...(asked === 0 ? [] : [`kept ${formatCount(asked, 'attempt')}: among the newest, by --keep`]),
  ];
}

/** A blank word is what an unset variable of a shell leaves: it must not mean "no grace". */
function graceHours(text: string | undefined): number {
  if (text === undefined) return DEFAULT_GRACE_HOURS;
  const hours = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(hours)) return hours;
  throw usageError(
    'bad-number',
    `expected hours, 0 or more, for --grace-hours, found "${text}"`,
    'write a plain number, for example --grace-hours 24 or 0.5',
  );
}

function keptAttempts(text: string | undefined): number {
  if (text === undefined) return 0;
  const keep = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(keep)) return keep;
  throw usageError(
    'bad-number',
    `expected a whole number from 0 for --keep, found "${text}"`,
    'write how many replaced results of each instance are to stay, for example --keep 2',
  );
}
