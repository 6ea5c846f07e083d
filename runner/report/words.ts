import type { ReportInstance } from '../model/report.ts';
import type { ReportState, State } from '../model/state.ts';

export { formatDuration } from '../model/duration.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `812 B`, `4.2 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
}

/** `1,234 instances`, `1 instance`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The order in which people want counts: what went wrong last, so that it stands beside the prompt. */
const ORDER: readonly ReportState[] = [
  'succeeded',
  'done',
  'unchanged',
  'unpublished',
  'missing',
  'stale',
  'running',
  'waiting',
  'unknown',
  'skipped',
  'lost',
  'not-in-range',
  'cancelled',
  'blocked',
  'failed',
];

/** `51 succeeded, 2 blocked, 1 failed`. */
export function formatCounts(
  counts: Readonly<Partial<Record<ReportState | State, number>>>,
  paint: (state: ReportState, text: string) => string = (_, text) => text,
): string {
  const parts = ORDER.flatMap((state) => {
    const count = counts[state] ?? 0;
    return count === 0 ? [] : [paint(state, `${count.toLocaleString('en-US')} ${state}`)];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** The first line of what may be many; that there are more is shown. */
export function oneLine(text: string): string {
  const [first = '', ...more] = text.split(/[\r\n\u2028\u2029]+/).filter((line) => line.trim() !== '');
  return more.length === 0 ? first : `${first.trimEnd()} …`;
}

/** Without the pipeline, which everybody on this screen knows. */
export function shortId(id: string): string {
  const rest = oneLine(id.slice(id.indexOf('/') + 1));
  return rest.endsWith('/_') ? rest.slice(0, -2) : rest;
}

const NAMES = 3;

/** `prices/date=2021-01-28, prices/date=2021-01-29 and 7 more`. */
export function formatNames(ids: readonly string[]): string {
  const more = ids.length > NAMES ? ` and ${(ids.length - NAMES).toLocaleString('en-US')} more` : '';
  return `${ids.slice(0, NAMES).map(shortId).join(', ')}${more}`;
}

/** In a line for a person, where the first causes are named shortly and only a few of them. */
export function reasonOf(instance: ReportInstance): string {
  return instance.state === 'blocked' && instance.blockedBy !== undefined && instance.blockedBy.length > 0
    ? `by ${formatNames(instance.blockedBy)}`
    : instance.reason;
}
