import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../runner/commands/cli/program.ts';
import { STATES } from '../../runner/model/state.ts';

const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
const sections = new Map(
  page.split(/^## /m).map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end), section.slice(end)] as const;
  }),
);
const everywhere = ['Which instances', 'Flags of every command', 'By hand']
  .map((name) => sections.get(name) ?? '')
  .join('\n');

describe('docs/commands.md', () => {
  const program = createProgram('0.0.0');
  /** With those of a group, each by its whole name: `store check`. */
  const commands = program.commands.flatMap((command) => [
    { name: command.name(), command },
    ...command.commands.map((inner) => ({ name: `${command.name()} ${inner.name()}`, command: inner })),
  ]);

  it.each(commands.map(({ name, command }) => [name, command] as const))(
    'tells of %s and every flag it has',
    (name, command) => {
      const section = sections.get(name) ?? '';
      expect(section).not.toBe('');
      const missing = command.options
        .map((option) => option.long ?? '')
        .filter((flag) => !`${section}${everywhere}`.includes(flag));
      expect(missing).toEqual([]);
    },
  );

  it('tells of no command or flag that is not there', () => {
    const known = new Set(commands.flatMap(({ command }) => command.options.map((option) => option.long)));
    // Params of the pipelines in the examples, and what is docker's.
    const params = ['--env', '--date', '--region', '--top', '--half', '--version', '--help', '--rm'];
    const written = [...page.matchAll(/`[^`]*?(--[a-z][a-z-]*)/g)].map(([, flag]) => flag);
    expect(written.filter((flag) => !known.has(flag) && !params.includes(flag ?? ''))).toEqual([]);
    const asCommands = [...page.matchAll(/`sluice ([a-z]+)/g)].map(([, name]) => name);
    const names = new Set(program.commands.map((command) => command.name()));
    expect(asCommands.filter((name) => !names.has(name ?? ''))).toEqual([]);
  });

  it('tells of every state', () => {
    expect(STATES.filter((state) => !sections.get('plan')?.includes(`| \`${state}\``))).toEqual([]);
  });

  it('has documents that are JSON', () => {
    const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThan(8);
    for (const block of blocks) expect(() => JSON.parse(block) as unknown).not.toThrow();
  });
});
