import { resolve } from 'node:path';
import { ProblemsError, usageError, messageOf } from '../errors.ts';
import { readStreamFile, type StreamLimits } from '../machine/stream-file.ts';
import type { Problem } from '../model/problem.ts';

/**
 * The variables of an `--env-file`. Ours rather than `util.parseEnv`, which differs between versions of Node, takes the
 * next line for a value that is blank (nodejs/node 24) and cuts an unquoted value at any `#`.
 *
 * @throws ProblemsError for a file that cannot be read, and for every line that says nothing; never with a line's text,
 *   for that may be a secret.
 */
export async function readEnvFile(
  path: string,
  folder: string,
  limits: StreamLimits = LIMITS,
): Promise<ReadonlyMap<string, string>> {
  const { values, mistakes } = parseEnvFile(decode(await read(path, folder, limits), path));
  if (mistakes.length === 0) return values;
  throw new ProblemsError(
    mistakes.map(({ line, message }): Problem => ({
      severity: 'error',
      code: 'bad-env-file',
      message: `line ${line} of --env-file ${path}: ${message}`,
      fix: 'write NAME=value a line; # begins a comment, quotes keep blanks, # and line ends',
    })),
  );
}

/** A person may type into a pipe, and a vault may be asked by what writes to it. */
const LIMITS: StreamLimits = { maxBytes: 2 ** 20, seconds: 30 };

async function read(path: string, folder: string, limits: StreamLimits): Promise<Uint8Array> {
  try {
    return await readStreamFile(resolve(folder, path), limits);
  } catch (error) {
    const reason = messageOf(error);
    throw usageError('no-env-file', `--env-file ${path} cannot be read: ${reason}`, 'check its path');
  }
}

/** Without the mark that some editors set at the start of a file. */
function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError('bad-env-file', `--env-file ${path} is not a text in UTF-8`, 'save it as UTF-8');
  }
}

interface Mistake {
  readonly line: number;
  readonly message: string;
}

/** `NAME=value` a line, `export` before it or not; the last of a name counts. */
export function parseEnvFile(text: string): {
  readonly values: ReadonlyMap<string, string>;
  readonly mistakes: readonly Mistake[];
} {
  const values = new Map<string, string>();
  const mistakes: Mistake[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const wrong = (message: string) => void mistakes.push({ line: at + 1, message });
    const equals = line.indexOf('=');
    const name = line
      .slice(0, equals)
      .replace(/^\s*export\s+/, '')
      .trim();
    if (equals < 0) wrong('expected NAME=value, found no `=`');
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      wrong('expected the name of a variable before `=`: letters, digits and `_`');
    else {
      const value = valueAt(lines, at, line.slice(equals + 1).trim());
      if (value === undefined)
        wrong('expected nothing after the closing quote, or its closing quote is missing');
      else {
        values.set(name, value.text);
        at = value.end;
      }
    }
  }
  return { values, mistakes };
}

/** The value and the line that it ends in: one in quotes may go on for several. */
function valueAt(
  lines: readonly string[],
  start: number,
  first: string,
): { readonly text: string; readonly end: number } | undefined {
  const quote = first.charAt(0);
  if (quote === '' || !`"'\``.includes(quote)) return { text: first.replace(/(^|\s+)#.*$/, ''), end: start };
  const inside: string[] = [];
  for (let end = start; end < lines.length; end += 1) {
    const piece = end === start ? first.slice(1) : (lines[end] ?? '');
    const close = piece.indexOf(quote);
    inside.push(close < 0 ? piece : piece.slice(0, close));
    if (close < 0) continue;
    if (!/^\s*(#.*)?$/.test(piece.slice(close + 1))) return undefined;
    const text = inside.join('\n');
    return { text: quote === '"' ? text.replaceAll('\\n', '\n') : text, end };
  }
  return undefined;
}
