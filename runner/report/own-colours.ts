import { randomInt } from 'node:crypto';

/**
 * Three groups of digits that only this process knows: a colour that carries them is ours, and nobody who names a file or
 * writes a log can make one. Terminals never see them: `cleaned` takes them out.
 */
const MARK = Array.from({ length: 3 }, () => String(randomInt(1000, 10_000))).join(';');

/** A colour sequence (`31`, `0`) as it passes the gate. */
export function ownColour(parameters: string): string {
  return `\u001b[${parameters};${MARK}m`;
}

/** What a terminal understands of a sequence of ours; undefined: it is somebody else's. */
export function withoutMark(sequence: string): string | undefined {
  const end = `;${MARK}m`;
  return sequence.endsWith(end) ? `${sequence.slice(0, -end.length)}m` : undefined;
}
