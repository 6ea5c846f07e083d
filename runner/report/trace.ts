import type { Trace } from '../ports.ts';
import { harmless } from './harmless.ts';

export type TracedPart = 'engine' | 'store';

/**
 * Where `SLUICE_DEBUG` names the part (`store,engine`), as `NODE_DEBUG` does for parts of Node; else undefined, and
 * nothing is told or measured. What is told holds no body, header or query: secrets go by those.
 */
export function traceOf(
  part: TracedPart,
  env: Readonly<Record<string, string | undefined>>,
  write: (text: string) => unknown = (text) => process.stderr.write(text),
): Trace | undefined {
  const named = (env['SLUICE_DEBUG'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (!named.includes(part)) return undefined;
  return (line) => void write(`${part.toUpperCase()} ${harmless(line)}\n`);
}
