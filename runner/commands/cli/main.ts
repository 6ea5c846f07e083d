import { CommanderError, type Command } from 'commander';
import { EXIT, type ProblemsError, usageError } from '../../errors.ts';
import { quoteWord } from '../../model/quote-word.ts';
import { didYouMean } from '../../language/suggest.ts';
import { flagsOf } from './declare.ts';
import { createOutput, reportError } from './output.ts';
import { createProgram, FLAG_TWICE } from './program.ts';
import { addParamsHelp } from './params-help.ts';
import { outliveReaders } from './readers.ts';

/** The command line, whole: ends by setting the exit status of the process. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  outliveReaders(process.stdout, process.stderr, ONLY_SHOW.includes(argv[2] ?? ''));
  const program = createProgram(version);
  try {
    await addParamsHelp(calledCommand(program, argv.slice(2)).command, argv.slice(2));
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    const words = argv.slice(2);
    const json = words.includes('--json');
    // Without any word the help has been shown, on stderr.
    if (error.code === 'commander.help' && !json) process.exitCode = EXIT.usage;
    else {
      const output = createOutput({ json, color: !words.includes('--no-color') });
      process.exitCode = await reportError(usageErrorOf(error, program, words), output);
    }
  }
}

const ONLY_SHOW: readonly string[] = ['check', 'logs', 'ls', 'plan', 'status', 'why'];

/** What the parser of flags refused, in our words. */
function usageErrorOf(error: CommanderError, program: Command, words: readonly string[]): ProblemsError {
  const [, found = ''] = /'([^']*)'/.exec(error.message) ?? [];
  const { command, name } = calledCommand(program, words);
  const usage = command === undefined ? 'sluice --help' : `${name} ${command.usage()}`;
  const help = `${name} --help shows what there is.`;
  switch (error.code) {
    case 'commander.unknownCommand': {
      const names = (command ?? program).commands.map((one) => one.name());
      return usageError(
        'unknown-command',
        `there is no command "${command === undefined ? found : `${command.name()} ${found}`}"`,
        didYouMean(found, names, 'commands'),
      );
    }
    case 'commander.unknownOption': {
      const flag = found.split('=')[0] ?? found;
      if (command === undefined && program.commands.some((one) => flagsOf(one).includes(flag))) {
        return usageError(
          'flag-before-command',
          `expected a command before ${flag}`,
          `write it after: ${commandFirst(program, words)}`,
        );
      }
      return usageError(
        'unknown-flag',
        `${name} has no flag ${flag}`,
        didYouMean(flag, flagsOf(command ?? program), 'flags'),
      );
    }
    case 'commander.optionMissingArgument':
      return usageError(
        'missing-value',
        `expected a value after ${found.replace(/^.*(--[a-z-]+).*$/, '$1')}`,
        `write ${found}`,
      );
    case 'commander.missingArgument':
      return usageError('missing-word', `expected <${found}> after ${name}`, `usage: ${usage}`);
    case 'commander.excessArguments':
      return usageError('too-many-words', `too many words after ${name}`, `usage: ${usage}`);
    case FLAG_TWICE:
      return usageError(
        'given-twice',
        `${name} takes each flag once, found ${error.message}`,
        'leave one of them out',
      );
    case 'commander.help':
      return usageError(
        'no-command',
        command === undefined ? 'expected a command' : `expected a command after ${name}`,
        help,
      );
    default:
      return usageError('usage', error.message.replace(/^error: /, ''), help);
  }
}

/** What was typed, its command before its flags. */
function commandFirst(program: Command, words: readonly string[]): string {
  const at = words.findIndex((word) => program.commands.some((one) => one.name() === word));
  const [command = 'run'] = words.slice(at, at + 1);
  return ['sluice', command, ...words.filter((_, index) => index !== at)].map(quoteWord).join(' ');
}

/** Undefined: none of ours. Of `store check` the inner one. */
function calledCommand(
  program: Command,
  words: readonly string[],
): { readonly command: Command | undefined; readonly name: string } {
  let command: Command | undefined;
  let name = 'sluice';
  for (const word of words) {
    const inner: Command | undefined = (command ?? program).commands.find((one) => one.name() === word);
    if (inner === undefined) break;
    command = inner;
    name = `${name} ${word}`;
  }
  return { command, name };
}
