import { describe, expect, it } from 'vitest';
import { compile, compileTask, load } from './memory-source.ts';

const FETCH = `
inputs:
  url: { required: true }
  tries: { default: 3 }
  note: {}
image: alpine
env: { URL: '\${{ inputs.url }}', MODE: plain }
files: [scripts/fetch.sh]
secrets: [API_KEY]
run: sh scripts/fetch.sh
outputs: [data.csv]
timeout-minutes: 5
retry: { max-attempts: 5 }
`;
const FILES = { 'tasks/fetch.yaml': FETCH, 'scripts/fetch.sh*': 'wget', 'scripts/more.sh': 'x' };

describe('a reusable task', () => {
  it('makes ten similar sources ten lines', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `source-${index}`);
    const lines = names.map(
      (name) => `  ${name}: { uses: ./tasks/fetch.yaml, with: { url: 'https://example.org/${name}' } }\n`,
    );
    const { tasks } = await compile(`tasks:\n${lines.join('')}`, FILES);
    expect(Object.values(tasks).map((task) => task.inputs['url'])).toEqual(
      names.map((name) => `https://example.org/${name}`),
    );
    expect(tasks['source-7']).toMatchObject({
      kind: 'container',
      image: { kind: 'reference', reference: 'alpine' },
      run: 'sh scripts/fetch.sh',
      env: { URL: '${{ inputs.url }}', MODE: 'plain' },
      files: [{ path: 'scripts/fetch.sh', executable: true }],
      timeoutSeconds: 300,
    });
  });

  it('gives inputs as texts: the caller’s, else the default, else nothing', async () => {
    const task = await compileTask(
      'a',
      'tasks:\n  a: { uses: tasks/fetch.yaml, with: { url: 5.10 } }\n',
      FILES,
    );
    expect(task.inputs).toEqual({ url: '5.10', tries: '3', note: '' });
  });

  it('is extended by the keys beside `uses`: lists are joined, variables merged, all else replaced', async () => {
    const text = `
tasks:
  first: { image: alpine, run: echo }
  a:
    uses: ./tasks/fetch.yaml
    with: { url: x }
    image: debian:12
    env: { MODE: fast, EXTRA: 1 }
    files: [scripts/more.sh, scripts/fetch.sh]
    secrets: [TOKEN]
    needs: [first]
    outputs: [more.csv]
    retry: { on: [oom] }
`;
    expect(await compileTask('a', text, FILES)).toMatchObject({
      image: { reference: 'debian:12' },
      env: { URL: '${{ inputs.url }}', MODE: 'fast', EXTRA: '1' },
      files: [{ path: 'scripts/fetch.sh' }, { path: 'scripts/more.sh' }],
      secrets: ['API_KEY', 'TOKEN'],
      needs: [{ name: 'first' }],
      outputs: [{ path: 'data.csv' }, { path: 'more.csv' }],
      retry: { maxAttempts: 5, on: ['oom'] },
    });
  });

  it('reads the params and the matrix of its caller', async () => {
    const text =
      'params: { date: { type: date } }\ntasks:\n  a: { uses: ./tasks/x.yaml, strategy: { matrix: { v: [1] } } }\n';
    const x = "image: alpine\nrun: echo\noutputs: ['${{ params.date }}-${{ matrix.v }}.csv']\n";
    const task = await compileTask('a', text, { 'tasks/x.yaml': x });
    expect(task.outputs).toMatchObject([{ path: '${{ params.date }}-${{ matrix.v }}.csv' }]);
  });

  it('has its mistakes told once, at its own place, however many use it', async () => {
    const { problems } = await load({
      'pipelines/p.yaml': 'tasks:\n  a: { uses: ./tasks/x.yaml }\n  b: { uses: ./tasks/x.yaml }\n',
      'pipelines/q.yaml': 'tasks:\n  c: { uses: ./tasks/x.yaml }\n',
      'tasks/x.yaml':
        "image: alpine\nrun: echo\nenv: { A: '${{ inputs.gone }}' }\nfiles: [gone.sh]\nnetworks: none\n",
    });
    expect(problems.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'tasks/x.yaml:3 unknown-member',
      'tasks/x.yaml:4 file-not-found',
      'tasks/x.yaml:5 unknown-key',
    ]);
  });
});

describe('defaults', () => {
  const DEFAULTS =
    'defaults: { image: alpine, env: { A: 1, B: 2 }, retry: { max-attempts: 7 }, secrets: [KEY], timeout-minutes: 1, network: none }\n';

  it('hold where a task writes nothing; variables and `retry` are merged key by key', async () => {
    const { tasks } = await compile(
      `${DEFAULTS}tasks:\n  plain: { run: echo }\n  own: { run: echo, image: debian, env: { B: 3 }, retry: { backoff-seconds: 1 }, secrets: [], network: bridge }\n`,
    );
    expect(tasks['plain']).toMatchObject({
      image: { reference: 'alpine' },
      env: { A: '1', B: '2' },
      retry: { maxAttempts: 7, on: ['any'] },
      secrets: ['KEY'],
      timeoutSeconds: 60,
      network: 'none',
    });
    expect(tasks['own']).toMatchObject({
      image: { reference: 'debian' },
      env: { A: '1', B: '3' },
      retry: { maxAttempts: 7, backoffSeconds: 1 },
      secrets: [],
      network: 'bridge',
    });
  });

  it('give way to a reusable task', async () => {
    const task = await compileTask(
      'a',
      `${DEFAULTS}tasks:\n  a: { uses: ./tasks/fetch.yaml, with: { url: x } }\n`,
      FILES,
    );
    expect(task).toMatchObject({
      timeoutSeconds: 300,
      retry: { maxAttempts: 5 },
      secrets: ['API_KEY'],
      network: 'none',
    });
  });

  it('with an image do not make a container of a task that only waits', async () => {
    const { tasks } = await compile(
      `${DEFAULTS}tasks:\n  a: { run: echo }\n  all: { needs: [a] }\n  own: { image: debian }\n  args: { args: [x] }\n`,
    );
    expect(Object.values(tasks).map((task) => [task.name, task.kind, task.image?.kind])).toEqual([
      ['a', 'container', 'reference'],
      ['all', 'wrapper', undefined],
      ['own', 'container', 'reference'],
      ['args', 'container', 'reference'],
    ]);
  });
});
