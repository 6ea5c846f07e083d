import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    [['run', 'p', '--store', 'a', '--store', 'b'], 'given-twice', 'leave one of them out'],
    [['gc', '--keep=1', '--keep', '1'], 'given-twice', 'leave one of them out'],
    [['run', 'p', '--date', '2021-01-04', '--date', '2021-01-05'], 'given-twice', 'leave one of them out'],
    [['run', '-p', 'top=1', '--top', '2', 'p'], 'given-twice', 'leave one of them out'],
    [['plan', '--project', '/nope'], 'no-project', 'name the folder of sluice.yaml'],
    [['ls', '--project', '/dev/null'], 'no-project', 'name the folder of sluice.yaml'],
    [['--json', 'plan'], 'flag-before-command', 'write it after: sluice plan --json'],
  ])('%j: %s', async (words, code, fix) => {
    expect(await sluice(...words)).toBe(2);
    expect(stderr + stdout).toContain(code);
    expect(stderr + stdout).toContain(fix);
  });

  describe('of a project', () => {
    let project: string;
    beforeEach(() => {
      project = mkdtempSync(join(tmpdir(), 'sluice-words-'));
      mkdirSync(join(project, 'pipelines'));
      const tasks = "tasks: { train: { image: x, run: 'true' } }";
      const params =
        'params: { date: { type: date, start: 2021-01-04 }, top: { type: number, default: 5, description: how many }, limit: { type: number, default: 3 }, full: { type: boolean, default: false } }';
      writeFileSync(join(project, 'pipelines/model.yaml'), `${params}\n${tasks}\n`);
      writeFileSync(join(project, 'pipelines/broken.yaml'), 'tasks: [');
    });
    afterEach(() => rmSync(project, { recursive: true, force: true }));

    it.each([
      [['run', 'train'], 'unknown-pipeline', 'it is a task: write the pipeline before it, `model train`'],
      [['plan', 'model', '--date'], 'missing-value', 'write --date <value>'],
      [['plan', 'model', '--top', '--full'], 'missing-value', 'write --top <value>'],
      [['plan', 'model', '-p', 'top'], 'missing-value', 'write --top <value>'],
      [['plan', 'model', '-p', 'limit'], 'missing-value', 'write -p limit=<value>'],
      [['plan', 'model', '-p', 'limit=x'], 'invalid-param', '-p limit: expected a number, found "x"'],
      [['plan', 'model', '-p', 'limit=1', '-p', 'limit=2'], 'given-twice', '-p limit is given twice'],
    ])('%j: %s', async (words, code, fix) => {
      expect(await sluice(...words, '--project', project)).toBe(2);
      expect(stderr + stdout).toContain(code);
      expect(stderr + stdout).toContain(fix);
    });

    it('tells of a plan that was kept from a lone file that it is run with the file', async () => {
      const [folder, file, plan] = ['lone', 'lone/l.yaml', 'plan.json'].map((name) => join(project, name));
      mkdirSync(folder ?? '');
      writeFileSync(file ?? '', "tasks: { a: { image: x, run: 'true' } }\n");
      expect(await sluice('plan', file ?? '', '--out', plan ?? '')).toBe(0);
      for (const where of [project, folder ?? '']) {
        stderr = '';
        expect(await sluice('run', '--plan', plan ?? '', '--project', where)).toBe(2);
        expect(stderr).toContain('is of pipeline l, and there is none of that name here');
        expect(stderr).toMatch(
          /a lone file is run with the file: sluice run .*\.\/l\.yaml --plan \S+plan\.json/,
        );
      }
    });

    it.each(['--help', '-h'])('shows a pipeline’s params by %s, and never fails at it', async (flag) => {
      await sluice('run', 'model', flag, '--project', project);
      expect(stdout).toMatch(/Params of model:\n {2}--date <date> .*key, from 2021-01-04/);
      expect(stdout).toMatch(/how many.* \(default 5\)/);
      expect(stdout).toMatch(/^ {2}-p limit=<number> +default 3/m);
      for (const word of ['broken', 'gone', 'gone/task/_', 'gone.yaml']) {
        expect(await sluice('run', word, flag, '--project', project)).toBe(0);
      }
      expect(stderr).toBe('');
    });
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
