import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../runner/commands/cli/main.ts';

let stdout = '';
let stderr = '';

beforeEach(() => {
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, ...rest) => {
    stdout += String(text);
    for (const told of rest) if (typeof told === 'function') told();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

async function sluice(...words: readonly string[]): Promise<typeof process.exitCode> {
  process.exitCode = 0;
  await main(['node', 'sluice', ...words], '1.2.3');
  return process.exitCode;
}

describe('what the command line refuses', () => {
  it.each([
    [['plna'], 'unknown-command', 'Did you mean `plan`?'],
    [['check', '--jsno'], 'unknown-flag', 'Did you mean `--json`?'],
    [['gc', '--dryrun'], 'unknown-flag', 'Did you mean `--dry-run`?'],
    [['init', '--frce', 'x'], 'unknown-flag', 'Did you mean `--force`?'],
    [['store', 'chekc'], 'unknown-command', 'Did you mean `check`?'],
    [['store', 'check', '--deap'], 'unknown-flag', 'Did you mean `--deep`?'],
    [['store', 'copy', 'a'], 'missing-word', 'usage: sluice store copy [options] <from> <to>'],
    [['store', 'du', 'a', 'b'], 'too-many-words', 'usage: sluice store du [options] [path]'],
    [['gc', 'now'], 'too-many-words', 'usage: sluice gc [options]'],
    [['why'], 'missing-word', 'usage: sluice why [options] <instance> [task...]'],
    [['run', 'p', '--from'], 'missing-value', 'write --from <date>'],
    [['run', 'p', '--from', '--to', '2021-01-29'], 'missing-value', 'write --from <date>'],
    [['run', 'p', '--store', '--json'], 'missing-value', 'write --store <where>'],
    [['--json', 'plan'], 'flag-before-command', 'write it after: sluice run … --json'],
  ])('%j: %s', async (words, code, fix) => {
    expect(await sluice(...words)).toBe(2);
    expect(stderr + stdout).toContain(code);
    expect(stderr + stdout).toContain(fix);
  });

  it.each([
    [['plna', '--json']],
    [['check', '--jsno', '--json']],
    [['why', '--json']],
    [['run', '--from', '--json']],
    [['--json']],
  ])('%j is one document on stdout, with --json', async (words) => {
    expect(await sluice(...words)).toBe(2);
    const document = JSON.parse(stdout) as { readonly problems: readonly object[] };
    expect(document.problems).toHaveLength(1);
    expect(document.problems[0]).toHaveProperty('fix');
    expect(stderr).toBe('');
  });

  it('shows help without a command, on stderr, as a mistake', async () => {
    expect(await sluice()).toBe(2);
    expect(stderr).toContain('Usage: sluice');
    expect(stdout).toBe('');
  });

  it('shows help and version where they are asked for', async () => {
    expect(await sluice('run', '--help')).toBe(0);
    expect(stdout).toContain('Examples:');
    stdout = '';
    expect(await sluice('--version')).toBe(0);
    expect(stdout).toBe('1.2.3\n');
  });
});
