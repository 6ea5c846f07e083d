import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblems } from '../../runner/report/frame.ts';
import { loadProject } from '../../runner/language/load.ts';
import { folderSource } from '../../runner/language/source.ts';

const times = (count: number, write: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => write(at)).join('');

const IMAGE = 'name: p\ndefaults: { image: x }\n';
const TASKS = `${IMAGE}tasks:\n`;
const axis = (count: number) =>
  `${TASKS}  a:\n    run: x\n    strategy:\n      matrix:\n        a: [${times(count, (at) => `${String(at)},`)}]\n`;
const params = (count: number) => times(count, (at) => `  p${String(at)}: { type: string, default: a }\n`);
const tasks = (count: number) => times(count, (at) => `  t${String(at)}: { run: x }\n`);

/** Files of up to a MiB that took minutes when what is in them was compared with each other. */
const FILES: readonly (readonly [what: string, text: string, told: string])[] = [
  [
    'a chain of merges',
    `tasks:\n  a: { run: x }\nx-0: &a0 { k: 1 }\n${times(30_000, (at) => `x-${String(at + 1)}: &a${String(at + 1)}\n  <<: *a${String(at)}\n`)}`,
    'expected at most',
  ],
  [
    'merges within merges',
    `${IMAGE}env: &a0 { A: x }\ntasks:\n${times(400, (at) => `  t${String(at)}:\n    run: x\n    env: &a${String(at + 1)}\n      <<: *a${String(at)}\n${times(4, (n) => `      K${String(at)}_${String(n)}: 1\n`)}`)}`,
    'merges what was merged itself',
  ],
  ['tasks with mistakes', TASKS + times(40_000, (at) => `  t${String(at)}: { runn: x }\n`), '5,000 tasks'],
  [
    'tasks with mistakes, as many as there may be',
    TASKS + times(5000, (at) => `  t${String(at)}: { runn: x, needs: [t, t${String(at)}x] }\n`),
    'has no key `runn`',
  ],
  [
    'expressions in one text',
    `${TASKS}  a: { run: x, env: { A: "${'${{ params.a }} '.repeat(30_000)}" } }\n`,
    '500 expressions in one text',
  ],
  [
    'exclude entries',
    `${axis(10_000)}        exclude:\n${times(20_000, (at) => `          - { a: x${String(at)} }\n`)}`,
    '1,000 items',
  ],
  [
    'exclude entries, as many as there may be',
    `${axis(10_000)}        exclude:\n${times(1000, (at) => `          - { a: x${String(at)} }\n`)}`,
    'matches no combination',
  ],
  [
    'include entries, as many as there may be',
    `${axis(10_000)}        include:\n${times(10_000, (at) => `          - { a: ${String(at)}, b: x }\n`)}`,
    '',
  ],
  ['params and tasks', `${IMAGE}params:\n${params(10_000)}tasks:\n${tasks(2000)}`, '200 params'],
  [
    'variables for all tasks',
    `name: p\ndefaults:\n  image: x\n  env:\n${times(5000, (at) => `    E${String(at)}: a\n`)}tasks:\n${tasks(2000)}`,
    '500 environment variables',
  ],
  [
    'variables for all tasks, as many as there may be',
    `name: p\ndefaults:\n  image: x\n  env:\n${times(500, (at) => `    E${String(at)}: a\n`)}tasks:\n${tasks(5000)}`,
    'the tasks hold more than 500,000 variables',
  ],
  [
    'params that are all mentioned',
    `${IMAGE}params:\n${params(5000)}tasks:\n  a:\n    run: x\n    env:\n      A: >-\n${times(5000, (at) => `        \${{ params.p${String(at)} }}\n`)}`,
    '200 params',
  ],
  ['aliases of nothing', `${TASKS}  a: { run: x, needs: [${'*b,'.repeat(200_000)}] }\n`, 'no anchor `&b`'],
  ['keys that are written twice', `${TASKS}  a: { run: x }\n${'k: 1\n'.repeat(100_000)}`, 'written twice'],
  [
    'published outputs',
    `${TASKS}  a:\n    run: x\n    outputs:\n${times(10_000, (at) => `      - { path: f${String(at)}, publish: o/f${String(at)} }\n`)}`,
    '1,000 items',
  ],
  [
    'expressions of a published path that are not closed',
    `${TASKS}  a:\n    run: x\n    outputs:\n      - { path: a, publish: '${'${{'.repeat(200_000)}' }\n`,
    'expressions in one text',
  ],
  [
    'tasks in a circle',
    TASKS + times(3000, (at) => `  t${String(at)}: { run: x, needs: [t${String((at + 1) % 3000)}] }\n`),
    'wait for each other',
  ],
  [
    'tasks in a circle, against their order',
    TASKS + times(3000, (at) => `  t${String(at)}: { run: x, needs: [t${String((at + 2999) % 3000)}] }\n`),
    'wait for each other',
  ],
];

describe('a file of very many', { timeout: 120_000 }, () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-hostile-size-'));
    mkdirSync(join(root, 'pipelines'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function load(text: string) {
    writeFileSync(join(root, 'pipelines/p.yaml'), text);
    return loadProject(folderSource(root), { kind: 'all' });
  }

  it.each(FILES)('%s is read to its end', async (_, text, told) => {
    const { problems } = await load(text);
    const answer = formatProblems(problems, { color: false });
    expect(answer).toContain(told);
    expect(problems.length).toBeLessThanOrEqual(800);
  });
});
