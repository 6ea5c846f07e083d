import { quoteWord } from '../model/quote-word.ts';

/** What was typed to get here, as it was typed: what leads to the same project, store and engine again. */
export interface Whereabouts {
  /** A pipeline file that was named instead of a project. */
  readonly file?: string;
  readonly project?: string;
  readonly store?: string;
  readonly engine?: string;
  /** Of secrets: for what runs a task. */
  readonly envFile?: string;
}

/** Makes the commands in our words work where they are read: adds what leads there. */
export type CompleteCommands = (text: string) => string;

const BY_HAND = ['skip', 'put', 'clear', 'publish'];
const BY_ITSELF = ['run', 'plan', 'tick', 'why', 'get', 'ls', 'logs', 'repro', 'status', 'check'];
const OF_A_PIPELINE = [...BY_ITSELF, ...BY_HAND, 'backfill resume'];
const OF_A_STORE = [
  'backfill cancel',
  'backfill show',
  'backfill list',
  'gc',
  'doctor',
  'store check',
  'store copy',
  'store du',
];
const RUN_A_TASK = new Set(['run', 'tick', 'repro', 'backfill resume']);
const ASK_AN_ENGINE = new Set([...RUN_A_TASK, 'gc', 'doctor']);

const COMMAND = new RegExp(`\\bsluice (${[...OF_A_STORE, ...OF_A_PIPELINE].join('|')})(?![\\w-])`, 'g');

/**
 * The one place where a command gets its file and flags, whoever wrote it: a plan's reason, an engine's advice, a
 * finding of `store check`. Lines that quote a task (`│`) are not ours and stay as they are.
 *
 * @example
 * createCompletion({ project: '../etl' })('sluice logs p/a/_'); // sluice logs --project ../etl p/a/_
 */
export function createCompletion(where: Whereabouts): CompleteCommands {
  const { file, project, store, engine, envFile } = where;
  if ([file, project, store, engine, envFile].every((word) => word === undefined)) return asTyped;
  const flags = (verb: string): readonly (readonly string[])[] => [
    ...(project === undefined ? [] : [['--project', project]]),
    ...(store === undefined ? [] : [['--store', store]]),
    ...(engine === undefined || !ASK_AN_ENGINE.has(verb) ? [] : [['--engine', engine]]),
    ...(envFile === undefined || !RUN_A_TASK.has(verb) ? [] : [['--env-file', envFile]]),
    placeOf(verb, where),
  ];
  const completeLine = (line: string): string =>
    line.replace(COMMAND, (found, verb: string, at: number) => {
      const rest = `${line.slice(at + found.length)} `;
      const lacking = flags(verb).filter(([first = '']) => !rest.includes(` ${quoteWord(first)} `));
      return [found, ...lacking.flat().map(quoteWord)].join(' ');
    });
  return (text) =>
    text
      .split('\n')
      .map((line) => (isQuoted(line) ? line : completeLine(line)))
      .join('\n');
}

/** Where nothing but its own words leads to a command. */
export const asTyped: CompleteCommands = (text) => text;

/** A file is named where a pipeline can be; else the folder that it stands in. */
function placeOf(verb: string, { file, project }: Whereabouts): readonly string[] {
  if (file === undefined) return [];
  if (OF_A_PIPELINE.includes(verb)) return [file];
  const end = file.lastIndexOf('/');
  return end < 0 || project !== undefined ? [] : ['--project', file.slice(0, end) || '/'];
}

/** With or without colour. */
function isQuoted(line: string): boolean {
  // eslint-disable-next-line no-control-regex -- colours begin with one
  return /^(?:\s|\u001b\[[0-9;]*m)*│/.test(line);
}
