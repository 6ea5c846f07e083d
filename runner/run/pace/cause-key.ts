import type { Cause } from '../../model/cause.ts';

/** What is told of a failure to judge the pace by. */
export interface Failed {
  readonly cause: Cause;
  readonly lastLines: readonly string[];
}

/** One cause has one key: the task, the kind, and the last line without what differs from one instance to the next. */
export function causeKey(task: string, { cause, lastLines }: Failed): string {
  const line = lastLines.findLast((one) => one.trim() !== '') ?? cause.message;
  return `${task} ${cause.kind} ${normalised(line)}`;
}

const LONGEST = 200;

/** Dates, numbers, ids, quoted names and paths are of one instance; the words around them are of the cause. */
function normalised(line: string): string {
  return line
    .slice(0, LONGEST * 5)
    .toLowerCase()
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replaceAll(/[a-z0-9+.-]*:?\/[^\s,;)]*/g, '/…')
    .replaceAll(/\b[0-9a-f]{7,}\b/g, '#')
    .replaceAll(/\d+([.:,/t_-]\d+)*/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST);
}

/**
 * The other side asks for less, or was not to be had for a moment: slower, and later again. Not what is wrong with
 * the script itself.
 */
export function isBusy({ cause, lastLines }: Failed): boolean {
  if (cause.kind === 'not-ready' || cause.transient) return true;
  if (cause.kind !== 'exit') return false;
  return lastLines.slice(-LINES_READ).some((line) => BUSY.some((words) => words.test(line.slice(0, 2000))));
}

const LINES_READ = 5;

/** As curl, wget, Python, Node and others say it; a bare number may be anything. */
const BUSY: readonly RegExp[] = [
  /\b(?:http|status|code|error|returned)\b[^\n]{0,40}\b(?:429|502|503|504)\b/i,
  /\b(?:429|502|503|504)\b[^\n]{0,3}\b(?:too many|bad gateway|service|gateway|slow)/i,
  /too many requests|service (?:temporarily )?unavailable|gateway time-?out|rate.?limit|throttl|slow ?down/i,
  /\b(?:econnreset|econnrefused|etimedout|eai_again)\b/i,
  /connection (?:reset|refused|timed out)|temporary failure in name resolution|try again later/i,
];
