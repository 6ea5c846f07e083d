import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../runner/commands/cli/program.ts';
import { FLAGS } from '../../../runner/model/flags.ts';

const program = createProgram('1.2.3');
/** Those of a group too. */
const commands = program.commands.flatMap((command) => [command, ...command.commands]);

describe('the command line', () => {
  it('has the commands that the documentation names', () => {
    expect(program.commands.map((command) => command.name())).toEqual([
      'run',
      'plan',
      'why',
      'tick',
      'serve',
      'backfill',
      'get',
      'ls',
      'logs',
      'status',
      'repro',
      'skip',
      'put',
      'clear',
      'publish',
      'check',
      'init',
      'gc',
      'doctor',
      'store',
    ]);
  });

  it('has no long flag that a param could be named after', () => {
    const flags = commands.flatMap((command) =>
      command.options.map((option) => option.long?.replace(/^--/, '') ?? ''),
    );
    expect([...new Set(flags)].filter((flag) => !FLAGS.includes(flag))).toEqual([]);
  });

  it.each(commands.map((command) => [command.name(), command] as const))(
    'shows examples in the help of %s',
    (name, command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) });
      command.outputHelp();
      expect(text).toContain('Examples:');
      expect(text).toMatch(new RegExp(`sluice (store |backfill )?${name}`));
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );
});

it('gives a flag to the command that it stands after, also where the one before has it too', async () => {
  const program = createProgram('0.0.0');
  const backfill = program.commands.find((command) => command.name() === 'backfill');
  const list = backfill?.commands.find((command) => command.name() === 'list');
  let given: unknown;
  list?.action(function act() {
    given = list.opts();
  });
  await program.parseAsync(['node', 'sluice', 'backfill', 'list', '--json', '--store', 'x']);
  expect(given).toMatchObject({ json: true, store: 'x' });
});
