import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBudget } from '../../runner/language/budget.ts';
import { formatProblems } from '../../runner/report/frame.ts';
import { loadProject } from '../../runner/language/load.ts';
import { folderSource } from '../../runner/language/source.ts';

/** Read by people who did not write them: no file may take longer than its length deserves. */
describe('files of somebody else', () => {
  const HEAD = 'name: p\ndefaults: { image: x }\ntasks:\n';
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-hostile-'));
    mkdirSync(join(root, 'pipelines'));
    pipeline('  a: { run: x }\n');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function pipeline(text: string, head = HEAD): void {
    writeFileSync(join(root, 'pipelines/p.yaml'), head + text);
  }

  async function told(): Promise<string> {
    const { problems } = await loadProject(folderSource(root), { kind: 'all' });
    return formatProblems(problems, { color: false });
  }

  async function files(): Promise<readonly string[] | undefined> {
    const { pipelines } = await loadProject(folderSource(root), { kind: 'all' });
    return pipelines.get('p')?.tasks['a']?.files.map(({ path }) => path);
  }

  it('may link to folders above them', async () => {
    pipeline("  a: { run: x, files: ['d/**'] }\n");
    mkdirSync(join(root, 'd/e'), { recursive: true });
    writeFileSync(join(root, 'd/e/f'), '');
    symlinkSync('.', join(root, 'd/here'));
    symlinkSync('..', join(root, 'd/above'));
    symlinkSync('../../d', join(root, 'd/e/again'));
    expect((await files())?.filter((path) => path.endsWith('/f'))).toEqual(['d/e/f']);
  });

  it('may link to each other so that their paths have no end', async () => {
    pipeline("  a: { run: x, files: ['d/'] }\n");
    for (let at = 0; at < 30; at += 1) {
      mkdirSync(join(root, `d/${String(at)}`), { recursive: true });
      writeFileSync(join(root, `d/${String(at)}/f`), '');
      symlinkSync(`../${String(at + 1)}`, join(root, `d/${String(at)}/x`));
      symlinkSync(`../${String(at + 1)}`, join(root, `d/${String(at)}/y`));
    }
    const { problems } = await loadProject(
      folderSource(root),
      { kind: 'all' },
      createBudget(2, () => performance.now()),
    );
    expect(problems.map(({ code }) => code).every((code) => /too-(many-files|long)/.test(code))).toBe(true);
    expect(problems).not.toEqual([]);
  });

  it('may be pipes, devices and folders where files are expected', async () => {
    pipeline("  a: { run: x, files: ['d/', pipe] }\n");
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd/f'), '');
    execFileSync('mkfifo', [join(root, 'pipelines/q.yaml'), join(root, 'd/pipe'), join(root, 'pipe')]);
    mkdirSync(join(root, 'pipelines/r.yaml'));
    const text = await told();
    expect(text).toContain('pipelines/p.yaml:4:30: pipe is not a plain file');
    expect(text).toContain('pipelines/q.yaml is not a plain file');
    expect(text).toContain('pipelines/r.yaml is a folder: expected a file');
    expect(text).not.toContain('Did you mean');
    expect(text).not.toContain('there is no');
  });

  it.each([
    ['a pipe', 'at is not a plain file'],
    ['a link to nothing', 'at is a link that leads to nothing'],
    ['a link out of the project', 'at is a link that leads out of the project'],
    ['a folder', 'at is a folder: expected a '],
  ])('may be %s wherever a file is named', async (what, words) => {
    const place = join(root, 'at');
    if (what === 'a pipe') execFileSync('mkfifo', [place]);
    else if (what === 'a folder') mkdirSync(place);
    else symlinkSync(what === 'a link to nothing' ? 'nowhere' : '/etc/passwd', place);
    const files: Record<string, string> = {
      uses: '  a: { run: x, uses: ./at }\n',
      image: '  a: { run: x, image: ./at }\n',
      holidays: '  a: { run: x }\ncalendars: { c: { weekdays: mon-fri, holidays: at } }\n',
      // A folder is all that is below it.
      ...(what !== 'a folder' && { files: '  a: { run: x, files: [at] }\n' }),
    };
    for (const [key, text] of Object.entries(files)) {
      pipeline(text);
      const answer = `${key}: ${await told()}`;
      expect(answer).toContain(words);
      expect(answer).not.toContain('there is no');
    }
    pipeline('  a: { run: x }\n');
    renameSync(place, join(root, 'sluice.yaml'));
    expect(await told()).toContain(words.replace('at', 'sluice.yaml'));
  });

  it('may wait for each other in a ring of thousands, told by its ends', async () => {
    pipeline(
      Array.from({ length: 1000 }, (_, at) => `  t${at}: { run: x, needs: [t${(at + 1) % 1000}] }\n`).join(
        '',
      ),
    );
    expect(await told()).toContain(
      'these tasks wait for each other: t0 → t1 → t2 → t3 → … 995 more … → t999 → t0',
    );
  });

  it('may be larger than any text', async () => {
    writeFileSync(join(root, 'pipelines/q.yaml'), '');
    truncateSync(join(root, 'pipelines/q.yaml'), 3 * 1024 ** 3);
    expect(await told()).toContain('expected a text of at most 4 MiB, found 3,221,225,472 bytes');
  });

  it('are left aside when the budget is spent, and that is said', async () => {
    pipeline('  a: { run: x, files: [large] }\n');
    writeFileSync(join(root, 'large'), '');
    truncateSync(join(root, 'large'), 1024 ** 4);
    // A clock that moves on by being asked, as it is for each piece of a file.
    let count = 0;
    const budget = createBudget(1000, () => (count += 1) * 1000);
    const { problems } = await loadProject(folderSource(root), { kind: 'all' }, budget);
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'took-too-long: reading the project takes more than 1000 s: it was over while the task a of pipelines/p.yaml was read',
    ]);
  });

  it('are left aside wherever the reader is when the time is over', async () => {
    pipeline(Array.from({ length: 1000 }, (_, at) => `  t${String(at)}: { run: x }\n`).join(''));
    const told = new Set<string>();
    // A clock that moves on by being asked.
    for (const asked of [1, 50, 2000, 10_000, 14_000]) {
      let count = 0;
      const budget = createBudget(asked, () => (count += 1) * 1000);
      const { problems } = await loadProject(folderSource(root), { kind: 'all' }, budget);
      expect(problems.map(({ code }) => code)).toEqual(['took-too-long']);
      expect(problems[0]?.fix).toContain('SLUICE_CHECK_SECONDS=600 sluice check');
      told.add(/while (.*?)(?:t\d|$)/.exec(problems[0]?.message ?? '')?.[1] ?? '');
    }
    expect([...told]).toContain('pipelines/p.yaml was read');
  });

  it('may be of more values than are counted, and are told by a line', async () => {
    pipeline(
      '  a: { run: x }\n' + Array.from({ length: 501 }, (_, at) => `  x${String(at)}: 1\n`).join(''),
      'params:\n',
    );
    const text = await told();
    expect(text).toContain('expected at most 200 params, found 502');
    expect(text).toContain('pipelines/p.yaml:1:1');
  });

  it.each([
    ['brackets', '['.repeat(100_000) + ']'.repeat(100_000), 'nested too deeply'],
    ['braces', '{a: '.repeat(100_000), 'nested too deeply'],
    ['dashes', '- '.repeat(200_000), 'nested too deeply'],
    ['question marks', '? '.repeat(200_000), 'nested too deeply'],
    ['colons', ': '.repeat(200_000), 'yaml-syntax'],
  ])('may nest %s', async (_, text, expected) => {
    pipeline(text, '');
    expect(await told()).toContain(expected);
  });

  it.each([
    ['a cron', `  a: { run: x }\non: { schedule: [{ cron: '${'1,'.repeat(100_000)}' }] }\n`, 'bad-value'],
    ['a time zone', `  a: { run: x }\ntimezone: ${'a'.repeat(200_000)}\n`, 'bad-value'],
    ['a glob', `  a: { run: x, files: ['${'*a'.repeat(100_000)}'] }\n`, 'bad-value'],
    ['a key', `  a: { run: x, ${'k'.repeat(400_000)}: 1 }\n`, 'unknown-key'],
    ['an image', `  a: { run: x, image: '${'a/'.repeat(200_000)}' }\n`, 'image-invalid'],
    ['a number', `  a: { run: x, timeout-minutes: ${'9'.repeat(400_000)} }\n`, 'bad-value'],
    ['the rest of a line', `  a: { runn: x } # ${'y'.repeat(400_000)}\n`, 'unknown-key'],
    ['a mark on a letter', `  a: { runn: a${'\u0301'.repeat(300_000)} }\n`, 'unknown-key'],
  ])('may have %s without end, and are answered shortly', async (_, text, expected) => {
    pipeline(text);
    const answer = await told();
    expect(answer).toContain(expected);
    expect(answer.length).toBeLessThan(5000);
  });

  it('may have a glob of many stars and a long name', async () => {
    pipeline(`  a: { run: x, files: ['${'*a'.repeat(12)}b', 'a*'] }\n`);
    writeFileSync(join(root, 'a'.repeat(200)), '');
    expect(await told()).toContain('no file of the project matches');
  });
});
