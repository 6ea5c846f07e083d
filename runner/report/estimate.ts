import type { Estimate } from '../model/estimate.ts';

/** `about 2 h 10 min (1 h 50 min – 3 h), ends 17:40 UTC; half of it: momentum` */
export function estimateWords(estimate: Estimate, nowMs: number): string {
  if (estimate.kind === 'no-past') {
    return `no estimate: nothing of ${names(estimate.tasks)} has run before`;
  }
  const { seconds, fromSeconds, toSeconds, endsAt, longest, unknown } = estimate;
  const [about, from, to] = [seconds, fromSeconds, toSeconds].map(rough);
  const least = unknown.length === 0 ? 'about' : 'at least';
  const range = from === to ? '' : ` (${from} – ${to})`;
  const parts = [
    `${least} ${about}${range}, ends ${clockTime(endsAt, nowMs)}`,
    ...(longest.share >= WORTH_NAMING && longest.share < 0.995
      ? [`${shareWords(longest.share)} of it: ${longest.task}`]
      : []),
    ...(unknown.length === 0 ? [] : [`nothing of ${names(unknown)} has run before`]),
  ];
  return parts.join('; ');
}

/** What `--json` prints of it. */
export function estimateDocument(estimate: Estimate): object {
  if (estimate.kind === 'no-past') return { seconds: null, unknown: estimate.tasks };
  const { kind: _, unknown, ...known } = estimate;
  return { ...known, ...(unknown.length === 0 ? {} : { unknown }) };
}

const WORTH_NAMING = 0.3;
const NAMES = 3;

function names(tasks: readonly string[]): string {
  const more = tasks.length > NAMES ? ` and ${tasks.length - NAMES} more` : '';
  return `${tasks.slice(0, NAMES).join(', ')}${more}`;
}

function shareWords(share: number): string {
  return share > 0.45 && share < 0.55 ? 'half' : `${Math.round(share * 100)} %`;
}

/** No more exact than it is: `40 s`, `12 min`, `2 h 10 min`. */
export function rough(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rounded = minutes < 600 ? Math.round(minutes / 5) * 5 : Math.round(minutes / 60) * 60;
  const [hours, rest] = [Math.floor(rounded / 60), rounded % 60];
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

function clockTime(instant: string, nowMs: number): string {
  const isToday = instant.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return `${isToday ? '' : `${instant.slice(0, 10)} `}${instant.slice(11, 16)} UTC`;
}
