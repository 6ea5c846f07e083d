import { describe, expect, it } from 'vitest';
import { taskKeys } from '../../../runner/language/schema/task/task.ts';
import { compileTask } from './memory-source.ts';

const FILES = {
  'x.py': 'x',
  'tasks/x.yaml': 'inputs: { a: {} }\nimage: debian\n',
  'sluice.yaml': 'pools: { db: 2 }\n',
};

/** Each key of the table, as it is written, and what it becomes. */
const KEYS: Readonly<Record<keyof typeof taskKeys, readonly [written: string, compiled: object]>> = {
  description: ['description: What it is for', { description: 'What it is for' }],
  params: ['params: [date]', { params: ['date'] }],
  uses: ['uses: ./tasks/x.yaml, with: { a: b }', { inputs: { a: 'b' } }],
  with: ["uses: tasks/x.yaml, with: { a: '${{ params.date }}' }", { inputs: { a: '${{ params.date }}' } }],
  image: ['image: debian:12', { image: { reference: 'debian:12' } }],
  run: ['run: date', { run: 'date' }],
  shell: ['shell: bash -e', { shell: 'bash -e' }],
  entrypoint: ['image: alpine, entrypoint: /bin/load', { entrypoint: ['/bin/load'] }],
  args: ['image: alpine, args: [--top, 1.50, true]', { args: ['--top', '1.50', 'true'] }],
  user: ['user: 1000', { user: '1000' }],
  'working-directory': ['working-directory: /workspace/x', { workingDirectory: '/workspace/x' }],
  env: ['env: { A: 1.10, B: yes }', { env: { A: '1.10', B: 'yes' } }],
  secrets: ['secrets: [KEY, KEY]', { secrets: ['KEY'] }],
  files: ['files: [x.py]', { files: [{ path: 'x.py' }] }],
  needs: ['needs: first', { needs: [{ name: 'first' }] }],
  if: ['if: params.date', { if: { expression: 'params.date', reads: 'params' } }],
  strategy: ['strategy: { max-parallel: 3 }', { maxParallel: 3 }],
  concurrency: ['concurrency: db', { concurrency: 'db' }],
  pool: ['pool: db', { pools: { db: 1 } }],
  resources: ['resources: { cpus: 0.5 }', { resources: { cpus: 0.5, pids: 512 } }],
  network: ['network: none', { network: 'none' }],
  pull: ['pull: never', { pull: 'never' }],
  'cap-add': ['cap-add: [NET_ADMIN]', { capAdd: ['NET_ADMIN'] }],
  'cap-drop': ['cap-drop: [ALL]', { capDrop: ['ALL'] }],
  'timeout-minutes': ['timeout-minutes: 0.5', { timeoutSeconds: 30 }],
  'continue-on-error': ['continue-on-error: true', { continueOnError: true }],
  retry: ['retry: { factor: 3 }', { retry: { factor: 3, on: ['any'] } }],
  outputs: ['outputs: [a.csv]', { outputs: [{ path: 'a.csv' }] }],
  due: ["due: '18:00'", { due: { at: '18:00' } }],
  deadline: ['deadline: { hours: 3 }', { deadline: { hours: 3 } }],
  until: ['until: { days: 2 }', { until: { days: 2 } }],
  external: ['external: { url: https://example.org }', { kind: 'external' }],
  owner: ["owner: '@me'", { owner: '@me' }],
  runbook: ['runbook: https://example.org', { runbook: 'https://example.org' }],
};

const WITHOUT_RUN = new Set(['run', 'uses', 'with', 'entrypoint', 'args', 'external']);

describe('the key of a task', () => {
  it.each(Object.entries(KEYS))('%s reaches the compiled task', async (key, [written, compiled]) => {
    const run = WITHOUT_RUN.has(key) ? '' : 'run: echo, ';
    const own = key === 'external' ? '' : 'defaults: { image: alpine }\n';
    const first = key === 'external' ? 'first: { image: alpine, run: echo }' : 'first: { run: echo }';
    const text = `params: { date: { type: date } }\n${own}tasks:\n  ${first}\n  t: { ${run}${written} }\n`;
    expect(await compileTask('t', text, FILES)).toMatchObject(compiled);
  });

  it('each of the dialect’s table is among them', () => {
    expect(Object.keys(KEYS).sort()).toEqual(Object.keys(taskKeys).sort());
  });
});
