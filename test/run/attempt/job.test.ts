import { describe, expect, test } from 'vitest';
import { commandOf } from '../../../runner/run/attempt/command.ts';
import { shellWords } from '../../../runner/run/shell-words.ts';
import { createWorld, instance, start, task } from '../world.ts';

describe('the command', () => {
  const run = 'echo "$1"\n';

  test('is the script by its shell, past the image’s own entrypoint', () => {
    expect(commandOf(task('t', { run }), undefined)).toEqual({
      entrypoint: ['sh'],
      command: ['-e', '-c', run],
      files: [],
    });
  });

  test.each([
    ['bash -eo pipefail', ['bash', '-eo', 'pipefail', '-c', run]],
    ['python3', ['python3', '-c', run]],
    ['node', ['node', '-e', run]],
    ['/usr/local/bin/node --enable-source-maps', ['/usr/local/bin/node', '--enable-source-maps', '-e', run]],
  ])('with shell: %s', (shell, line) => {
    const { entrypoint = [], command = [] } = commandOf(task('t', { run, shell }), undefined);
    expect([...entrypoint, ...command]).toEqual(line);
  });

  test('with {0} in the shell is a file', () => {
    expect(commandOf(task('t', { run, shell: 'perl -w {0}' }), undefined)).toEqual({
      entrypoint: ['perl'],
      command: ['-w', '/sluice/script'],
      files: [{ kind: 'text', text: run, to: '/sluice/script', executable: true }],
    });
  });

  test('without run is the image’s own, or what entrypoint and args say', () => {
    const { run: _run, ...plain } = task('t');
    expect(commandOf(plain, undefined)).toEqual({ files: [] });
    expect(commandOf({ ...plain, entrypoint: ['dbt'] }, ['run', '--full'])).toEqual({
      entrypoint: ['dbt'],
      command: ['run', '--full'],
      files: [],
    });
  });

  test('an entrypoint wraps a script, args become its parameters', () => {
    expect(commandOf(task('t', { run, entrypoint: ['tini', '--'] }), ['a b'])).toEqual({
      entrypoint: ['tini', '--'],
      command: ['sh', '-e', '-c', run, 't', 'a b'],
      files: [],
    });
  });

  test('is split into words as a shell would', () => {
    expect(shellWords(`bash  -c 'a "b" c' "d \\" e" f\\ g ''`)).toEqual([
      'bash',
      '-c',
      'a "b" c',
      'd " e',
      'f g',
      '',
    ]);
  });
});

test('a job describes the instance whole', async () => {
  const world = await createWorld();
  const one = task('t', {
    params: ['date', 'top-n'],
    keys: ['date', 'venue'],
    env: { PLAIN: 'x', MADE: '${{ params.date }}-${{ matrix.venue }}-${{ inputs.url }}' },
    inputs: { url: 'https://h/${{ params.date }}' },
    files: [{ path: 'scripts/a.sh', sha256: 'f', executable: true }],
    image: { kind: 'reference', reference: 'tools:${{ matrix.venue }}' },
    outputs: [
      { kind: 'path', path: '${{ params.date }}.csv', allowEmpty: true },
      { kind: 'value', name: 'rows' },
    ],
    user: '1000',
    workingDirectory: 'scripts',
    timeoutSeconds: 60,
    resources: { memoryBytes: 1_000, pids: 100 },
    network: 'none',
    pull: 'always',
  });
  const planned = instance('t', 'date=2021-01-29/venue=nyse', {
    params: { date: '2021-01-29', 'top-n': 50 },
    matrix: { venue: 'nyse', 'fee-bp': 3 },
    period: { start: '2021-01-29T00:00:00-05:00', end: '2021-01-30T00:00:00-05:00' },
  });
  const { report, engine } = start(world, [one], [planned]);
  const { run } = await report;
  expect(engine.jobs[0]).toEqual({
    attempt: `${run}-1`,
    instance: 'p/t/date=2021-01-29/venue=nyse',
    run,
    storeId: world.ledger.storeId,
    image: { kind: 'reference', reference: 'tools:nyse', pull: 'always' },
    entrypoint: ['sh'],
    command: ['-e', '-c', 'true'],
    user: '1000',
    workingDirectory: '/workspace/scripts',
    env: {
      PLAIN: 'x',
      MADE: '2021-01-29-nyse-https://h/2021-01-29',
      SLUICE_PARAM_DATE: '2021-01-29',
      SLUICE_PARAM_TOP_N: '50',
      SLUICE_MATRIX_VENUE: 'nyse',
      SLUICE_MATRIX_FEE_BP: '3',
      SLUICE_START: '2021-01-29T00:00:00-05:00',
      SLUICE_END: '2021-01-30T00:00:00-05:00',
      SLUICE_INSTANCE: 'p/t/date=2021-01-29/venue=nyse',
      SLUICE_RUN_ID: run,
      SLUICE_ATTEMPT: `${run}-1`,
      SLUICE_OUTPUT: '/sluice/output',
    },
    secrets: {},
    files: [
      { kind: 'local', from: '/project/scripts/a.sh', to: '/workspace/scripts/a.sh', executable: true },
    ],
    inputs: [],
    emptyFolders: [],
    outputs: {
      store: world.store.ref,
      prefix: `objects/p/t/date=2021-01-29/venue=nyse/${run}-1/`,
      rules: [{ pattern: '2021-01-29.csv', allowEmpty: true }],
      values: ['rows'],
    },
    network: 'none',
    resources: { memoryBytes: 1_000, pids: 100 },
    capAdd: [],
    capDrop: [],
    timeoutSeconds: 60,
  });
});

test('a Dockerfile is built from its folder, by content', async () => {
  const world = await createWorld();
  const image = {
    kind: 'dockerfile',
    path: 'image/Dockerfile',
    buildArgs: { V: '1' },
    contentHash: 'context-hash',
  } as const;
  const { report, engine } = start(world, [task('t', { image })], [instance('t')]);
  await report;
  expect(engine.jobs[0]?.image).toEqual({
    kind: 'build',
    contextFolder: '/project/image',
    dockerfile: 'Dockerfile',
    buildArgs: { V: '1' },
    contentHash: 'context-hash',
    owner: { storeId: world.ledger.storeId, project: 'project' },
  });
});
