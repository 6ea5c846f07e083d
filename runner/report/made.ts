import { byHandWords } from '../model/hand.ts';
import type { Manifest } from '../model/records.ts';
import { formatBytes, formatCount, formatDuration, shortId } from './words.ts';

const INPUTS = 10;

/** How a committed result was made, as lines below its state. */
export function madeLines(manifest: Manifest): readonly string[] {
  const { run, attempt, startedAt, finishedAt, imageDigest, engine, exitCode, period, superseded } = manifest;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const what = manifest.outcome === 'skipped' ? 'skipped' : 'made';
  const { by } = manifest;
  const status = exitCode === undefined || exitCode === 0 ? '' : `, exit status ${exitCode}`;
  const how =
    by === undefined
      ? `${what} by run ${run} at ${second(finishedAt)}, in ${formatDuration(seconds)}${status} (attempt ${attempt})`
      : `${byHandWords(by)} (by hand, ${second(by.when)}, attempt ${attempt})`;
  return [
    how,
    ...(period === undefined ? [] : [`for the period ${period.start} – ${period.end}`]),
    ...(imageDigest === undefined
      ? []
      : [`in image ${imageDigest}${engine === undefined ? '' : `, by ${engine}`}`]),
    ...(by === undefined ? settingsLine(manifest) : []),
    ...inputLines(manifest),
    ...outputLine(manifest),
    ...(superseded === undefined
      ? []
      : [`in place of attempt ${superseded.attempt}, since ${second(superseded.at)}`]),
  ];
}

function settingsLine({ settings }: Manifest): readonly string[] {
  const given = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return given.length === 0 ? [] : [`with ${given.join(', ')}`];
}

function inputLines({ inputs, omitted }: Manifest): readonly string[] {
  const lines = inputs
    .slice(0, INPUTS)
    .map(({ instance, attempt }) => `reading ${shortId(instance)} (attempt ${attempt})`);
  if (inputs.length > INPUTS) lines.push(`… and ${formatCount(inputs.length - INPUTS, 'more input')}`);
  const without = omitted.slice(0, INPUTS).map(({ instance }) => shortId(instance));
  const more = omitted.length > INPUTS ? ` and ${omitted.length - INPUTS} more` : '';
  return without.length === 0 ? lines : [...lines, `without ${without.join(', ')}${more}`];
}

function outputLine({ objects, values }: Manifest): readonly string[] {
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
  const named = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const parts = [
    ...(objects.length === 0 ? [] : [`${formatCount(objects.length, 'file')} (${formatBytes(bytes)})`]),
    ...(named.length === 0 ? [] : [named.join(', ')]),
  ];
  return parts.length === 0 ? [] : [`holding ${parts.join('; ')}`];
}

/** `2021-01-29 18:00:05 UTC` */
function second(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}
