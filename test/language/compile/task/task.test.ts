import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compile, compileTask, load, mistakes } from '../memory-source.ts';

const task = (keys: string, files: Readonly<Record<string, string>> = {}) =>
  compileTask('t', `params: { date: { type: date, start: 2024-01-01 } }\ntasks:\n  t: { ${keys} }\n`, files);

describe('a task without further keys', () => {
  it('has the defaults of the dialect', async () => {
    expect(await task('image: alpine, run: echo')).toEqual({
      name: 't',
      position: { file: 'pipelines/p.yaml', line: 3, column: 3 },
      kind: 'container',
      params: ['date'],
      keys: ['date'],
      timeKey: 'date',
      failFast: false,
      needs: [],
      after: [],
      image: { kind: 'reference', reference: 'alpine' },
      run: 'echo',
      shell: 'sh -e',
      env: {},
      inputs: {},
      secrets: [],
      files: [],
      outputs: [],
      network: 'bridge',
      pull: 'missing',
      resources: { pids: 512 },
      capAdd: [],
      capDrop: [],
      pools: {},
      timeoutSeconds: 21_600,
      continueOnError: false,
      retry: {
        maxAttempts: 3,
        backoffSeconds: 10,
        factor: 2,
        maxBackoffSeconds: 300,
        jitter: true,
        on: ['transient'],
      },
    });
  });
});

describe('files', () => {
  const tree = {
    'scripts/b.py': 'b',
    'scripts/a.sh*': 'a',
    'scripts/lib/c.py': 'c',
    'scripts/node_modules/x.py': 'x',
    'other.py': 'o',
  };
  const paths = async (files: string) =>
    (await task(`image: alpine, run: echo, files: ${files}`, tree)).files.map((file) => file.path);

  it('are hashed, and keep their executable bit', async () => {
    const { files } = await task('image: alpine, run: echo, files: [scripts/b.py, ./scripts/a.sh]', tree);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(files).toEqual([
      { path: 'scripts/a.sh', sha256: sha256('a'), executable: true },
      { path: 'scripts/b.py', sha256: sha256('b'), executable: false },
    ]);
  });

  it('may be folders and globs; each file comes once, tools’ folders never', async () => {
    expect(await paths('[scripts]')).toEqual(['scripts/a.sh', 'scripts/b.py', 'scripts/lib/c.py']);
    expect(await paths('[scripts/, scripts/b.py]')).toEqual([
      'scripts/a.sh',
      'scripts/b.py',
      'scripts/lib/c.py',
    ]);
    expect(await paths("['scripts/*.py']")).toEqual(['scripts/b.py']);
    expect(await paths("['**/*.py']")).toEqual(['other.py', 'scripts/b.py', 'scripts/lib/c.py']);
  });

  it('a script that is mentioned and not listed is warned of; outputs and words are not', async () => {
    const { problems } = await load({
      ...tree,
      'pipelines/p.yaml': `
tasks:
  t:
    image: alpine
    files: [other.py]
    run: |
      # scripts/lib/c.py is only spoken of
      python ./scripts/b.py --in=other.py > out.csv
      sh /workspace/scripts/a.sh; scripts/missing.sh
  u: { image: alpine, args: [python, scripts/lib/c.py] }
`,
    });
    expect(
      problems.map(
        ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message.split(' ')[0]}`,
      ),
    ).toEqual(['warning 8:16 scripts/b.py', 'warning 9:21 scripts/a.sh', 'warning 10:38 scripts/lib/c.py']);
  });
});

describe('an image', () => {
  const files = {
    'image/Dockerfile': 'FROM alpine',
    'image/Dockerfile.gpu': 'FROM alpine',
    'docker/app.dockerfile': 'FROM alpine',
  };
  const imageOf = async (image: string) => (await task(`image: ${image}, run: echo`, files)).image;

  it.each([
    'alpine',
    'python:3.13-slim',
    'ghcr.io/acme/etl:v1.2',
    'localhost:5000/a/b',
    `'a@sha256:${'0'.repeat(64)}'`,
    "'acme/etl:${{ params.date }}'",
  ])('%s is a reference', async (reference) => {
    expect(await imageOf(reference)).toEqual({ kind: 'reference', reference: reference.replaceAll("'", '') });
  });

  it.each([
    ['./image/Dockerfile', 'image/Dockerfile'],
    ['image/Dockerfile', 'image/Dockerfile'],
    ['image/Dockerfile.gpu', 'image/Dockerfile.gpu'],
    ['./docker/app.dockerfile', 'docker/app.dockerfile'],
    ['{ dockerfile: docker/app.dockerfile }', 'docker/app.dockerfile'],
  ])('%s is a Dockerfile', async (image, path) => {
    expect(await imageOf(image)).toEqual({ kind: 'dockerfile', path, buildArgs: {} });
  });

  it('takes build arguments as they are written', async () => {
    expect(
      await imageOf('{ dockerfile: image/Dockerfile, build-args: { PYTHON: 3.10, FAST: true } }'),
    ).toMatchObject({
      buildArgs: { PYTHON: '3.10', FAST: 'true' },
    });
  });
});

describe('limits', () => {
  it.each([
    ['512m', 512 * 1024 ** 2],
    ['2g', 2 * 1024 ** 3],
    ['1.5GiB', 1.5 * 1024 ** 3],
  ])('memory %s', async (memory, memoryBytes) => {
    expect(
      (await task(`image: alpine, run: echo, resources: { cpus: 0.5, memory: ${memory}, pids: 99 }`))
        .resources,
    ).toEqual({ cpus: 0.5, memoryBytes, pids: 99 });
  });

  it('pools by name or with slots, groups by name', async () => {
    const { pipelines, problems } = await load({
      'sluice.yaml': 'pools: { db: 4, api: 1 }\nengine: unix:///run/podman.sock\nstore: s3://bucket/x\n',
      'pipelines/p.yaml':
        "defaults: { image: alpine, run: echo }\nparams: { date: { type: date } }\ntasks:\n  a: { pool: db }\n  b: { pool: { db: 2, api: 1 }, concurrency: { group: 'load-${{ params.date }}' } }\n",
    });
    expect(problems).toEqual([]);
    expect(
      Object.values(pipelines.get('p')?.tasks ?? {}).map(({ pools, concurrency }) => [pools, concurrency]),
    ).toEqual([
      [{ db: 1 }, undefined],
      [{ db: 2, api: 1 }, 'load-${{ params.date }}'],
    ]);
  });

  it('retry without `on` means any failure', async () => {
    expect((await task('image: alpine, run: echo, retry: { max-attempts: 5 }')).retry).toMatchObject({
      maxAttempts: 5,
      on: ['any'],
    });
    expect((await task('image: alpine, run: echo, retry: { on: [transient, 17] }')).retry.on).toEqual([
      'transient',
      17,
    ]);
  });
});

describe('if', () => {
  const NEEDS = 'tasks:\n  list: { image: alpine, run: echo, outputs: [{ value: n }] }\n';
  const condition = async (written: string) =>
    (
      await compileTask(
        't',
        `params: { date: { type: date } }\n${NEEDS}  t: { image: alpine, run: echo, needs: [list], if: ${written} }\n`,
      )
    ).if;

  it.each([
    ['weekday(params.date) == 5', 'weekday(params.date) == 5', 'params'],
    ["'${{ weekday(params.date) == 5 }}'", 'weekday(params.date) == 5', 'params'],
    ['false', 'false', 'params'],
    ['"needs.list.outputs.n == 0"', 'needs.list.outputs.n == 0', 'needs'],
    ['"params.date == \'always()\'"', "params.date == 'always()'", 'params'],
  ])('%s', async (written, expression, reads) => {
    expect(await condition(written)).toEqual({ expression, reads });
  });

  it('with a status function makes a hook: without keys, after its needs, seeing settings', async () => {
    const hook = await compileTask(
      't',
      `params: { date: { type: date }, top: { type: number, default: 1 } }\n${NEEDS}  t: { image: alpine, run: 'echo $SLUICE_PARAM_TOP', needs: [list], if: 'failure() || cancelled()' }\n`,
    );
    expect(hook).toMatchObject({
      kind: 'hook',
      params: ['top'],
      keys: [],
      needs: [],
      after: ['list'],
      if: { reads: 'status' },
    });
    expect(hook.timeKey).toBeUndefined();
  });
});

describe('outputs', () => {
  it('are paths, globs, folders and values, some published', async () => {
    const { outputs } = await task(
      "image: alpine, run: echo, outputs: [./a.csv, plots/, { path: '*.png', allow-empty: true }, { value: rows }, { path: r.html, publish: 'r/${{ params.date }}.html' }, { path: new.html, publish: { path: latest.html, newest: true } }]",
    );
    expect(outputs).toEqual([
      { kind: 'path', path: 'a.csv', allowEmpty: false },
      { kind: 'path', path: 'plots/', allowEmpty: false },
      { kind: 'path', path: '*.png', allowEmpty: true },
      { kind: 'value', name: 'rows' },
      {
        kind: 'path',
        path: 'r.html',
        allowEmpty: false,
        publish: { path: 'r/${{ params.date }}.html', newest: false },
      },
      { kind: 'path', path: 'new.html', allowEmpty: false, publish: { path: 'latest.html', newest: true } },
    ]);
  });

  it('may be published into one folder, each under its name', async () => {
    const outputs = (second: string) =>
      mistakes(
        `params: { date: { type: date } }\ntasks:\n  t: { image: alpine, run: echo, outputs: [{ path: a.csv, publish: 'x/\${{ params.date }}/' }, { path: ${second}, publish: 'x/\${{params.date}}/' }] }\n`,
      );
    expect(await outputs('b.csv')).toEqual([]);
    expect(await outputs('sub/a.csv')).toEqual(['publish-conflict 3']);
  });

  it('may be published to a path that names the keys inside an expression or through an input', async () => {
    expect(
      await mistakes(
        'params: { date: { type: date } }\ntasks:\n  t: { image: alpine, run: echo, outputs: [{ path: a, publish: "${{ formatDate(params.date, \'yyyy/MM/dd\') }}.csv" }] }\n',
      ),
    ).toEqual([]);
    expect(
      await mistakes(
        "params: { date: { type: date } }\ntasks:\n  t: { uses: t.yaml, with: { to: 'x/${{ params.date }}' } }\n",
        {
          't.yaml':
            "inputs: { to: {} }\nimage: alpine\nrun: echo\noutputs: [{ path: a, publish: '${{ inputs.to }}/a' }]\n",
        },
      ),
    ).toEqual([]);
  });
});

describe('times', () => {
  it('due, deadline and until', async () => {
    const text = `
calendars: { nyse: { weekdays: mon-fri } }
params: { date: { type: date, calendar: nyse } }
tasks:
  t: { image: alpine, run: echo, due: '18:00', deadline: { days: 1, at: '09:30', timezone: Europe/London, calendar: nyse }, until: { hours: 30 } }
`;
    expect(await compileTask('t', text)).toMatchObject({
      due: { at: '18:00' },
      deadline: { days: 1, at: '09:30', timezone: 'Europe/London', calendar: { name: 'nyse' } },
      until: { hours: 30 },
    });
  });

  it.each([
    ["due: '18:00', until: '18:01'", []],
    ["due: '18:00', until: '18:00'", ['moment-order 3']],
    ["due: { days: 1 }, until: { days: 1, at: '23:59' }", ['moment-order 3']],
    ["due: { days: 1 }, until: { days: 2, at: '00:01' }", []],
    ['due: { hours: 3 }, deadline: { hours: 2 }', ['moment-order 3']],
    ["deadline: '21:00', until: '20:00'", ['moment-order 3']],
    ["deadline: '21:00', until: '21:00'", []],
    // In another time zone the order can't be told without a date.
    ["due: '18:00', until: { at: '17:00', timezone: Asia/Tokyo }", []],
  ])('%s', async (keys, expected) => {
    expect(
      await mistakes(
        `params: { date: { type: date } }\ntasks:\n  t: { image: alpine, run: echo, ${keys} }\n`,
      ),
    ).toEqual(expected);
  });

  it('calendars of weekdays with holidays in a file, and of days of the month', async () => {
    const text = `
calendars:
  nyse: { weekdays: mon-fri, holidays: nyse.txt }
  own: { weekdays: [sun, mon], holidays: [2024-05-01, 2024-01-01], through: 2024-12-31 }
  arab: { weekdays: sun-thu }
  halves: { month-days: [16, 1] }
tasks: { t: { image: alpine, run: echo } }
`;
    const { calendars } = await compile(text, {
      'nyse.txt': '\uFEFF# closed\r\n2024-07-04 # a Thursday\r\n\r\n2024-01-01\r\nthrough: 2024-12-31\r\n',
    });
    expect(calendars).toEqual({
      nyse: {
        kind: 'weekdays',
        name: 'nyse',
        weekdays: [1, 2, 3, 4, 5],
        holidays: ['2024-01-01', '2024-07-04'],
        through: '2024-12-31',
      },
      own: {
        kind: 'weekdays',
        name: 'own',
        weekdays: [1, 7],
        holidays: ['2024-01-01', '2024-05-01'],
        through: '2024-12-31',
      },
      arab: { kind: 'weekdays', name: 'arab', weekdays: [1, 2, 3, 4, 7], holidays: [] },
      halves: { kind: 'month-days', name: 'halves', days: [1, 16] },
    });
  });

  it('schedules take the options of tick', async () => {
    const { schedules } = await compile(
      "on: { schedule: [{ cron: '*/5 * * * MON-FRI' }, { cron: '0 7 * * 6', tasks: [t], lookback-days: 10, rebuild: all }] }\nparams: { date: { type: date } }\ntasks: { t: { image: alpine, run: echo } }\n",
    );
    expect(schedules).toEqual([
      { cron: '*/5 * * * MON-FRI', lookbackDays: 7, rebuild: ['missing', 'failed'] },
      { cron: '0 7 * * 6', tasks: ['t'], lookbackDays: 10, rebuild: ['all'] },
    ]);
  });
});

describe('params', () => {
  it('are keys of a time type, other keys, and settings', async () => {
    const text =
      'params:\n  year: { type: year, start: 2020 }\n  hour: { type: hour, start: 2021-01-29T13 }\n  symbol: { type: string, key: true, description: Ticker }\n  mode: { type: choice, options: [fast, 2], default: 2 }\n  top: { type: number, default: 50 }\n  dry: { type: boolean, default: false }\n  zip: { type: string, default: 01234 }\ntasks: { t: { image: alpine, run: echo, params: [top, symbol, hour] } }\n';
    const { params, tasks } = await compile(text);
    expect(params).toEqual({
      year: { kind: 'time', name: 'year', type: 'year', start: '2020' },
      hour: { kind: 'time', name: 'hour', type: 'hour', start: '2021-01-29T13' },
      symbol: { kind: 'plain', name: 'symbol', type: 'string', key: true, description: 'Ticker' },
      mode: { kind: 'plain', name: 'mode', type: 'choice', key: false, options: ['fast', '2'], default: '2' },
      top: { kind: 'plain', name: 'top', type: 'number', key: false, default: 50 },
      dry: { kind: 'plain', name: 'dry', type: 'boolean', key: false, default: false },
      zip: { kind: 'plain', name: 'zip', type: 'string', key: false, default: '01234' },
    });
    expect(tasks['t']).toMatchObject({ params: ['hour', 'symbol', 'top'], keys: ['hour', 'symbol'] });
  });
});

describe('an external', () => {
  it.each([
    ["{ object: 's3://b/${{ params.date }}.csv' }", { kind: 'object', uri: 's3://b/${{ params.date }}.csv' }],
    [
      "{ prefix: 's3://b/x/', done-flag: _SUCCESS }",
      { kind: 'prefix', uri: 's3://b/x/', doneFlag: '_SUCCESS' },
    ],
    ['{ url: https://example.org }', { kind: 'url', url: 'https://example.org' }],
  ])('%s', async (written, external) => {
    expect(await task(`external: ${written}`)).toMatchObject({ kind: 'external', external, keys: ['date'] });
  });
});

describe('what is longer than a program can be given', () => {
  const long = 'x'.repeat(131_072);
  const told = async (keys: string) => {
    const { problems } = await load({ 'pipelines/p.yaml': `tasks:\n  t: { image: alpine, ${keys} }\n` });
    return problems.map(({ line, column, message, fix }) => ({ line, column, message, fix }));
  };

  it.each([
    [
      `run: ${long}`,
      28,
      'the script has 131,072 bytes, and a program can be given 131,071',
      "shell: 'sh -e {0}'",
    ],
    [`args: [${long}]`, 30, 'the argument has 131,072 bytes', '`files`'],
    [`entrypoint: [${long}]`, 36, 'the argument has 131,072 bytes', '`files`'],
    ['run: echo, env: { A: "${{ 1 }}' + long + '" }', 44, '`A=…` has 131,074 bytes', '`files`'],
    [`run: echo, env: { A: ${long} }`, 44, '`A=…` has 131,074 bytes', '`files`'],
  ])('is told with its place: %#', async (keys, column, message, fix) => {
    expect(await told(keys)).toEqual([
      {
        line: 2,
        column,
        message: expect.stringContaining(message),
        fix: expect.stringContaining(fix),
      },
    ]);
  });

  it('is no script that is handed over as a file, and nothing that fits', async () => {
    expect(await told(`run: ${long}, shell: 'sh -e {0}'`)).toEqual([]);
    expect(await told(`run: ${long.slice(1)}`)).toEqual([]);
    const half = long.slice(0, 66_000);
    expect(await told(`run: echo, env: { A: ${half}, B: ${half} }`)).toEqual([]);
  });
});
