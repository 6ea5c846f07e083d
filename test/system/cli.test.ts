import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Dockerode from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage, BUSYBOX_IMAGE } from '../parts/busybox-image.ts';
import { sluice, type CliResult } from './cli.ts';

const DAILY = `
calendars:
  trading: { weekdays: mon-fri, holidays: holidays.txt }
params:
  date: { type: date, calendar: trading, start: 2021-01-04 }
  top: { type: number, default: 5 }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  fetch:
    params: [date]
    run: |
      echo "fetching $SLUICE_PARAM_DATE"
      test "$SLUICE_PARAM_DATE" != 2021-01-06 || { echo 'cannot parse row 17'; exit 3; }
      echo 1 > /outputs/prices.csv
    outputs: [prices.csv]
  score:
    params: [date, top]
    needs: [fetch]
    run: cat /inputs/fetch/prices.csv > /outputs/score.csv
    outputs: [{ path: score.csv, publish: 'reports/\${{ params.date }}.csv' }]
`;
const SLOW = `
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  sleep: { run: 'echo begun; sleep 60' }
`;

const project = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
const lay = (path: string, text: string) => {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
};
const run = (...words: readonly string[]) => sluice(project, words);
const problemsOf = ({ stdout }: CliResult) =>
  (
    JSON.parse(stdout) as {
      readonly problems: readonly {
        readonly code: string;
        readonly message: string;
        readonly fix: string | null;
      }[];
    }
  ).problems;

beforeAll(async () => {
  await busyboxImage(new Dockerode());
  lay('pipelines/daily.yaml', DAILY);
  lay('pipelines/slow.yaml', SLOW);
  lay('holidays.txt', '2021-01-18\nthrough: 2030-12-31\n');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('a run as a person meets it', () => {
  it('ends with causes, last lines, the commands that repeat it, and 1', async () => {
    const { status, stdout } = await run('run', 'daily', '--date', '2021-01-05..2021-01-06');
    expect(status).toBe(1);
    expect(stdout).toContain('failed fetch/date=2021-01-06 (attempt ');
    expect(stdout).toContain('│ cannot parse row 17');
    expect(stdout).toContain('again: sluice repro daily/fetch/date=2021-01-06 --exec');
    expect(stdout).toContain('blocked score/date=2021-01-06: by fetch/date=2021-01-06');
    const published = /^published (.*)$/m.exec(stdout)?.[1] ?? '';
    expect(readFileSync(published, 'utf8')).toBe('1\n');
  });

  it('says plainly where nothing is to do, and in what was done where results are', async () => {
    const again = await run('run', 'daily', '--date', '2021-01-05');
    expect(again).toMatchObject({ status: 0, stdout: 'daily: nothing to do: 2 done\n' });
    const next = await run('run', 'daily', '--date', '2021-01-07');
    expect(next.stdout).toContain('Results: sluice get daily/score/date=2021-01-07 --to out');
  });

  it('has one document on stdout and lines for machines on stderr, where both are asked for', async () => {
    const result = await run('run', 'daily', '--date', '2021-01-08', '--json', '--log-format', 'json');
    expect(JSON.parse(result.stdout)).toMatchObject({ outcome: 'succeeded', counts: { succeeded: 2 } });
    const events = result.stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events.at(0)).toBe('run-started');
    expect(events.at(-1)).toBe('run-finished');
  });

  it('stops in order at an interrupt, with 130', async () => {
    const { args, env } = bundled(['run', 'slow', '--logs']);
    const child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (/ start +sleep/.test(text)) child.kill('SIGINT');
    });
    expect(await ended).toBe(130);
    expect(stdout).toContain('SIGINT: stopping the containers; once more ends at once');
    expect(stdout).toContain('cancelled sleep');
    expect(stdout).toContain('the same command again continues where this stopped');
  });
});

describe('what is there, afterwards', () => {
  it('why follows the chain, with the command to type', async () => {
    const { status, stdout } = await run('why', 'daily/score/date=2021-01-06');
    expect(status).toBe(0);
    expect(stdout).toContain('  daily/fetch/date=2021-01-06 is failed: exit status 3');
    expect(stdout).toContain('sluice run daily/score/date=2021-01-06 makes it');
    const stale = await run('why', 'daily/score/date=2021-01-05', '--top', '9');
    expect(stale.stdout).toContain('is stale: setting top: 5 → 9');
    expect(stale.stdout).toContain('--rebuild stale makes it anew');
  });

  it('logs prints the newest attempt, or that of a run', async () => {
    const { stdout } = await run('logs', 'daily/fetch/date=2021-01-06');
    expect(stdout).toContain('cannot parse row 17');
    const unknown = await run('logs', 'daily/fetch/date=2021-01-06', '--run', '20210101T000000Z-abcdef');
    expect(unknown).toMatchObject({ status: 2, stdout: '' });
    expect(unknown.stderr).toContain('run 20210101T000000Z-abcdef did not run daily/fetch/date=2021-01-06');
  });

  it('status tells open failures and runs', async () => {
    const { stdout } = await run('status', 'daily');
    expect(stdout).toContain('1 open failure\n  daily/fetch/date=2021-01-06: exit status 3');
    expect(stdout).toContain('daily failed in');
  });

  it('status tells as many runs as are asked for, also under --json', async () => {
    const runsOf = async (...flags: readonly string[]) => {
      const { stdout } = await run('status', 'daily', '--json', ...flags);
      return (JSON.parse(stdout) as { readonly runs: readonly unknown[] }).runs.length;
    };
    expect([await runsOf('--runs', '1'), await runsOf('--runs', '2')]).toEqual([1, 2]);
    for (let n = 0; n < 2; n += 1) await run('run', 'daily', '--date', '2021-01-05');
    const { stdout } = await run('status', 'daily', '--runs', '2');
    expect(stdout).toContain('2 runs of daily in which nothing had to be done, ');
    const refused = await run('status', '--runs', '0', '--json');
    expect([refused.status, problemsOf(refused)[0]?.code]).toEqual([2, 'bad-number']);
  });

  it('ls of one instance lists its files and their sizes', async () => {
    const { stdout } = await run('ls', 'daily/score/date=2021-01-05');
    expect(stdout).toMatch(
      /^daily\/score\/date=2021-01-05  2\d{3}-\d\d-\d\dT[\d:]+Z  1 file, 2 B\n  2 B  score\.csv\n$/,
    );
  });

  it('ls counts, lists, and gives addresses', async () => {
    expect((await run('ls', 'daily')).stdout).toBe('daily/fetch  3 instances\ndaily/score  3 instances\n');
    expect((await run('ls', 'daily/score')).stdout.trim().split('\n')).toHaveLength(3);
    const { stdout } = await run('ls', 'daily/score/date=2021-01-05', '--uris');
    expect(readFileSync(stdout.trim(), 'utf8')).toBe('1\n');
  });

  it('get downloads what is there, names what is not, and ends with 3 then', async () => {
    const { status, stdout, stderr } = await run(
      'get',
      'daily',
      'score',
      '--date',
      '2021-01-05..2021-01-06',
      '--to',
      'out',
    );
    expect(status).toBe(3);
    expect(readFileSync(join(project, 'out/score/date=2021-01-05/score.csv'), 'utf8')).toBe('1\n');
    expect(stdout).toContain('1 file, 2 B, verified');
    expect(stderr).toContain('not there: daily/score/date=2021-01-06');
  });

  it('get refuses what is not what was committed, names it, and leaves no file', async () => {
    const object = (await run('ls', 'daily/fetch/date=2021-01-08', '--uris')).stdout.trim();
    writeFileSync(object, 'forged');
    const result = await run('get', 'daily/fetch/date=2021-01-08', '--to', 'forged', '--json');
    expect(result.status).toBe(4);
    expect(problemsOf(result)).toMatchObject([{ code: 'store-corrupt' }]);
    expect(problemsOf(result)[0]?.message).toContain('prices.csv');
    expect(readdirSync(join(project, 'forged'))).toEqual([]);
  });

  it('repro --exec ends as the task does, and leaves stdout to the document of --json', async () => {
    const result = await run('repro', 'daily/fetch/date=2021-01-06', '--exec', '--json');
    expect(result.status).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ id: 'daily/fetch/date=2021-01-06' });
    expect(result.stderr).toContain('fetching 2021-01-06\ncannot parse row 17');
  });

  it('doctor looks at store and engine also where a pipeline is wrong, and makes no store', async () => {
    const findings = async (...flags: readonly string[]) => {
      const { status, stdout } = await run('doctor', '--json', ...flags);
      const all = JSON.parse(stdout) as { findings: readonly { name: string; ok: boolean }[] };
      return [status, all.findings.flatMap(({ name, ok }) => (ok ? [] : [name])), all.findings.length];
    };
    lay('pipelines/broken.yaml', 'tasks: [');
    try {
      expect(await findings()).toEqual([2, ['project'], 5]);
    } finally {
      rmSync(join(project, 'pipelines/broken.yaml'));
    }
    mkdirSync(join(project, 'out/empty'), { recursive: true });
    lay('out/empty/sluice.yaml', '');
    expect(await findings('--project', 'out/empty')).toEqual([2, ['project'], 3]);
    expect(readdirSync(join(project, 'out/empty'))).toEqual(['sluice.yaml']);
  });

  it('gc says what would go, and nothing where there is nothing', async () => {
    // An image that an older sluice built on this machine may be named beside it.
    expect((await run('gc', '--dry-run')).stdout).toMatch(/^nothing to remove$/m);
  });
});

describe('a run on a terminal', () => {
  const onTerminal = (size: string, date: string) => {
    const { args, env } = bundled(['run', 'daily', '--date', date]);
    const command = `stty ${size}; exec '${process.execPath}' ${args.join(' ')}`;
    return execFileSync('script', ['-qec', command, '/dev/null'], {
      cwd: project,
      env: { ...env, TERM: 'xterm' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };

  it('shows a table that is drawn anew, and leaves the summary', () => {
    const shown = onTerminal('cols 100 rows 30', '2021-01-11');
    expect(shown).toContain('2 to do');
    expect(shown).not.toContain('start  fetch');
    expect(shown).toContain('daily succeeded in');
  });

  it('prints lines where the terminal knows no size', () => {
    const shown = onTerminal('cols 0 rows 0', '2021-01-12');
    expect(shown).toContain('start  fetch/date=2021-01-12');
    expect(shown).not.toContain('\u001b');
  });
});

describe('what is typed wrong', () => {
  it.each([
    [['run', 'daily', '--date', '2021-02-30'], 'invalid-param', 'Did you mean 2021-02-28?'],
    [['run', 'daily', '--date', '2021-01-18'], 'not-a-partition', 'The next date is 2021-01-19'],
    [['run', 'daily', '--jsno'], 'unknown-flag', 'Did you mean `--json`?'],
    [['plan', 'dialy'], 'unknown-pipeline', 'Did you mean `daily`?'],
    [['plan', 'daily', 'fecth'], 'unknown-task', 'Did you mean `fetch`?'],
    [['plan'], 'no-pipeline', 'daily, slow'],
    [['gc', '--dryrun'], 'unknown-flag', 'Did you mean `--dry-run`?'],
    [['get', 'a/b/c'], 'bad-instance', 'pipeline/task/key=value'],
    [['run', 'daily', '--log-format', 'xml'], 'bad-log-format', ''],
    [['run', 'daily', '--concurrency', '0'], 'bad-number', ''],
  ])('%j: one document that says %s, and 2', async (words, code, fix) => {
    const result = await run(...words, '--json');
    expect(result.status).toBe(2);
    expect(problemsOf(result)).toMatchObject([{ code }]);
    expect(problemsOf(result)[0]?.fix ?? '').toContain(fix);
  });

  it('is told all at once, and nothing runs', async () => {
    const before = (await run('status', '--json')).stdout;
    const result = await run('run', 'daily', 'nope', '--top', 'many', '--foo', 'bar', '--json');
    expect(problemsOf(result).map(({ code }) => code)).toEqual(
      expect.arrayContaining(['unknown-flag', 'unknown-task', 'invalid-param']),
    );
    expect((await run('status', '--json')).stdout).toBe(before);
  });

  it.each([
    ['run', 'slow'],
    ['repro', 'slow/sleep/_', '--exec'],
  ])('%s ends with 4 and how to start one where no engine answers', async (...words) => {
    const result = await run(...words, '--engine', 'unix:///nowhere.sock', '--json');
    expect(result.status).toBe(4);
    expect(problemsOf(result)).toMatchObject([{ code: 'engine-unreachable' }]);
  });
});

it('a reader that goes away leaves no stack', async () => {
  const { args, env } = bundled(['plan', 'daily', '--all', '--date', '2021-01-04..2026-12-30']);
  const child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(stderr).toBe('');
});

it('colours follow NO_COLOR, FORCE_COLOR, --no-color', async () => {
  const colours = async (env: Readonly<Record<string, string>>, ...words: readonly string[]) => {
    const { args } = bundled(['plan', 'daily', ...words]);
    const child = spawn(process.execPath, args, { cwd: project, env: { PATH: process.env['PATH'], ...env } });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    await new Promise((resolve) => child.on('close', resolve));
    return stdout.includes('\u001b[');
  };
  expect(await colours({})).toBe(false);
  expect(await colours({ FORCE_COLOR: '1' })).toBe(true);
  expect(await colours({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  expect(await colours({ FORCE_COLOR: '1' }, '--no-color')).toBe(false);
});

function bundled(words: readonly string[]) {
  const bundle =
    process.env['SLUICE_TEST_BUNDLE'] ?? fileURLToPath(new URL('../../dist/sluice.js', import.meta.url));
  return { args: [bundle, ...words], env: { ...process.env, NO_COLOR: '1' } };
}

it.each([['--json'], []])('says in words that it may open no more files', async (...flags) => {
  const { args, env } = bundled(['plan', ...flags]);
  const words = [process.execPath, '--', ...args].map((word) => `'${word}'`).join(' ');
  const ended = await new Promise<{ status: number | null; told: string }>((done) => {
    const child = spawn('sh', ['-c', `ulimit -n 26; exec ${words}`], { env, cwd: tmpdir() });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (told += String(text)));
    child.on('close', (status) => done({ status, told }));
  });
  expect(ended).toMatchObject({ status: 4, told: expect.stringContaining('ulimit -n 4096') });
  expect(ended.told).not.toContain('    at ');
});
