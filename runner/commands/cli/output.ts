import { inspect } from 'node:util';
import { createCompletion, type CompleteCommands, type Whereabouts } from '../../report/commands.ts';
import type { FrameOptions } from '../../report/frame.ts';
import { cleanedJson, cleanedLine } from '../../report/cleaned.ts';
import { asProblems } from './as-problems.ts';
import { documentPieces } from './document.ts';

/** Where a command writes: one document or a person's text to stdout, all else to stderr. */
export interface Output {
  readonly json: boolean;
  readonly color: boolean;
  readonly debug: boolean;
  /** What `say` and `warn` do by themselves to the commands in our words. */
  readonly complete: CompleteCommands;
  /** A line for a person, or several: to stdout, or stderr where stdout is for the document. */
  readonly say: (text: string | readonly string[]) => void;
  /** What is not the answer, on stderr. */
  readonly warn: (text: string | readonly string[]) => void;
  /** The one document of `--json`, with the commands in its words completed. */
  readonly document: (value: object) => Promise<void>;
}

export interface OutputFlags extends Whereabouts {
  readonly json?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
  /** `json`: stderr is read by a machine, each line an object as pino writes them. */
  readonly logFormat?: string;
}

export function createOutput(flags: OutputFlags): Output {
  const json = flags.json === true;
  const stream = json ? process.stderr : process.stdout;
  const complete = createCompletion(flags);
  const printable = (text: string | readonly string[]): string =>
    (typeof text === 'string' ? [text] : text).map((line) => cleanedLine(complete(line))).join('\n');
  return {
    json,
    color: flags.logFormat !== 'json' && wantsColor(stream, flags),
    debug: flags.debug === true,
    complete,
    say: (text) => void stream.write(`${printable(text)}\n`),
    warn(text) {
      const told = printable(text);
      process.stderr.write(`${flags.logFormat === 'json' ? logLine(told) : told}\n`);
    },
    async document(value) {
      for (const piece of documentPieces(value, complete)) await written(piece);
    },
  };
}

/** A reader that has gone is nobody's failure here. */
function written(piece: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(cleanedJson(piece), () => resolve());
  });
}

/** Loading pino for a line or two would cost more than all else that a refused command does. */
function logLine(msg: string): string {
  return cleanedJson(JSON.stringify({ level: 40, time: new Date().toISOString(), msg }));
}

/** `--no-color` and `NO_COLOR` (no-color.org) before `FORCE_COLOR` before the terminal's own answer. */
function wantsColor(stream: NodeJS.WriteStream, flags: OutputFlags): boolean {
  if (flags.color === false || (process.env['NO_COLOR'] ?? '') !== '') return false;
  const forced = process.env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  // Undefined where it is none.
  return stream.isTTY ? process.env['TERM'] !== 'dumb' : false;
}

/** Says what went wrong, in the form asked for, and returns the exit status. */
export async function reportError(error: unknown, output: Output): Promise<number> {
  const { problems, status } = asProblems(error);
  if (output.json) {
    const { problemsDocument } = await import('../../report/json.ts');
    await output.document(problemsDocument(problems));
  } else {
    const { formatProblems } = await import('../../report/frame.ts');
    output.warn(formatProblems(problems, framing(output)).split('\n'));
  }
  // Those of what it was caused by and made of too.
  if (output.debug && error instanceof Error) output.warn(inspect(error).split('\n'));
  return status;
}

/** How problems are shown on stderr: with no more of a file's line than its terminal has room for. */
export function framing({ color }: Pick<Output, 'color'>): FrameOptions {
  const { isTTY, columns } = process.stderr;
  return isTTY ? { color, width: Math.min(100, Math.max(20, columns - GUTTER)) } : { color };
}

/** Of the number of a line, and what parts it from the line. */
const GUTTER = 9;
