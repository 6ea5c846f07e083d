import type {
  KeyBinding,
  NeedRule,
  Param,
  Pipeline,
  Scalar,
  Select,
  Task,
} from '../../runner/model/pipeline.ts';
import type { Knowledge, PlanRequest } from '../../runner/model/plan.ts';
import type { FailureRecord, LastAsk, Manifest, WaitRecord } from '../../runner/model/records.ts';
import { fingerprintOf, settingsIn } from '../../runner/plan/staleness/fingerprint.ts';
import type { Expressions } from '../../runner/plan/expressions.ts';

/** Pipelines by hand, with the defaults that `spec` would fill in. */

export const nyse = {
  kind: 'weekdays',
  name: 'nyse',
  weekdays: [1, 2, 3, 4, 5],
  holidays: ['2020-12-25', '2021-01-01', '2021-01-18', '2021-02-15'],
  through: '2021-12-31',
} as const;

export const halves = { kind: 'month-days', name: 'halves', days: [1, 16] } as const;

export const PARAMS: Readonly<Record<string, Param>> = {
  date: { kind: 'time', name: 'date', type: 'date', calendar: nyse, start: '2021-01-04' },
  half: { kind: 'time', name: 'half', type: 'date', calendar: halves, start: '2020-12-16' },
  month: { kind: 'time', name: 'month', type: 'month', start: '2021-01' },
  hour: { kind: 'time', name: 'hour', type: 'hour' },
  top: { kind: 'plain', name: 'top', type: 'number', key: false, default: 50 },
  region: { kind: 'plain', name: 'region', type: 'choice', key: true, options: ['us', 'eu'] },
  symbol: { kind: 'plain', name: 'symbol', type: 'string', key: true },
};

const POSITION = { file: 'pipelines/p.yaml', line: 1, column: 1 };

export function task(name: string, given: Partial<Task> = {}): Task {
  const params = given.params ?? ['date'];
  const timeKey = params.find((param) => PARAMS[param]?.kind === 'time');
  const keyParams = params.filter((param) => {
    const known = PARAMS[param];
    return known?.kind === 'plain' && known.key;
  });
  return {
    name,
    position: POSITION,
    kind: 'container',
    params,
    keys: [...(timeKey === undefined ? [] : [timeKey]), ...keyParams, ...(given.matrix?.keys ?? [])],
    ...(timeKey !== undefined && { timeKey }),
    failFast: false,
    needs: [],
    after: [],
    image: { kind: 'reference', reference: 'alpine' },
    run: 'true',
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
    timeoutSeconds: 3600,
    continueOnError: false,
    retry: {
      maxAttempts: 3,
      backoffSeconds: 1,
      factor: 2,
      maxBackoffSeconds: 60,
      jitter: false,
      on: ['transient'],
    },
    ...given,
  };
}

export function wrapper(name: string, given: Partial<Task> = {}): Task {
  const { image: _image, run: _run, ...rest } = task(name, { ...given, kind: 'wrapper' });
  return rest;
}

export function need(
  target: string,
  given: Partial<Omit<NeedRule, 'target'>> & { select?: Select } = {},
): NeedRule {
  const slash = target.indexOf('/');
  return {
    name: target,
    target:
      slash < 0
        ? { pipeline: 'p', task: target }
        : { pipeline: target.slice(0, slash), task: target.slice(slash + 1) },
    foreign: slash >= 0,
    select: { kind: 'same', key: 'date', from: 'date' },
    pair: [],
    fanIn: [],
    optional: false,
    mode: 'files',
    position: POSITION,
    ...given,
  };
}

export const select = {
  same: (key = 'date'): Select => ({ kind: 'same', key, from: key }),
  untimed: { kind: 'same' } as Select,
  value: (key: string, value: string): Select => ({ kind: 'same', key, value }),
  window: (last: number, key = 'date', from = 'date'): Select => ({ kind: 'window', key, from, last }),
  latest: (key: string, from = 'date'): Select => ({ kind: 'latest', key, from }),
  offset: (offset: number, key = 'date', from = key): Select => ({ kind: 'offset', key, from, offset }),
  within: (key: string, from: string): Select => ({ kind: 'within', key, from }),
  around: (key: string, from: string): Select => ({ kind: 'around', key, from }),
};

export function pairs(key: string, source: 'param' | 'matrix', name = key): KeyBinding {
  return { key, source, name };
}

export function pipeline(tasks: readonly Task[], given: Partial<Pipeline> = {}): Pipeline {
  return {
    name: 'p',
    file: 'pipelines/p.yaml',
    timezone: 'America/New_York',
    schedules: [],
    calendars: { nyse, halves },
    params: PARAMS,
    tasks: Object.fromEntries(tasks.map((one) => [one.name, one])),
    ...given,
  };
}

export function pipelines(...all: readonly Pipeline[]): ReadonlyMap<string, Pipeline> {
  return new Map(all.map((one) => [one.name, one]));
}

export function request(given: Partial<PlanRequest> = {}): PlanRequest {
  return {
    pipeline: 'p',
    tasks: [],
    range: { kind: 'latest' },
    params: {},
    times: {},
    rebuild: { missing: true, failed: true, stale: false, all: false },
    downstream: false,
    ...given,
  };
}

export function knowledge(given: {
  readonly done?: readonly string[];
  readonly manifests?: readonly Manifest[];
  readonly failures?: readonly FailureRecord[];
  readonly waits?: readonly WaitRecord[];
  readonly running?: readonly string[];
  readonly publishing?: readonly string[];
  readonly taskKeys?: Readonly<Record<string, readonly string[]>>;
}): Knowledge {
  const manifests = given.manifests ?? [];
  return {
    storeId: 'test',
    manifests: new Map([
      ...(given.done ?? []).map((id): [string, string] => [id, 'etag']),
      ...manifests.map((one): [string, string] => [one.instance, 'etag']),
    ]),
    exceptions: new Map(
      manifests.filter((one) => one.outcome !== 'succeeded').map((one) => [one.instance, one]),
    ),
    failures: new Map((given.failures ?? []).map((one) => [one.instance, one])),
    waits: new Map((given.waits ?? []).map((one) => [one.instance, one])),
    claims: new Map(
      (given.running ?? []).map((id) => [id, { run: '20210129T210000Z-aaaaaa', host: 'build-7' }]),
    ),
    publications: new Set(given.publishing),
    contents: new Map(manifests.map((one) => [one.instance, one])),
    taskKeys: new Map(Object.entries(given.taskKeys ?? {})),
  };
}

export function manifest(instance: string, given: Partial<Manifest> = {}): Manifest {
  const empty = {
    script: '',
    image: '',
    files: '',
    env: '',
    settings: '',
    shell: '',
    user: '',
    outputs: '',
    needs: '',
  };
  return {
    schema: 1,
    instance,
    partition: [],
    outcome: 'succeeded',
    attempt: 'r-1',
    run: 'r',
    fingerprint: empty,
    settings: {},
    inputs: [],
    objects: [],
    values: {},
    contentDigest: `content of ${instance}`,
    omitted: [],
    published: [],
    startedAt: '2021-01-29T20:00:00Z',
    finishedAt: '2021-01-29T20:00:01Z',
    nonce: 'n',
    ...given,
  };
}

/** The manifest that a run of this pipeline would have left. */
export function made(
  from: Pipeline,
  taskName: string,
  partition: string,
  inputs: readonly [need: string, instance: string][] = [],
  given: Readonly<Record<string, Scalar>> = {},
): Manifest {
  const known = from.tasks[taskName] ?? task(taskName);
  const params = { top: 50, ...given };
  return manifest(`${from.name}/${taskName}/${partition}`, {
    fingerprint: fingerprintOf(from, known, params),
    settings: settingsIn(from, known, params),
    inputs: inputs.map(([need, instance]) => ({
      need,
      instance,
      attempt: 'r-1',
      contentDigest: `content of ${instance}`,
    })),
  });
}

export function failure(instance: string, given: Partial<FailureRecord> = {}): FailureRecord {
  return {
    schema: 1,
    instance,
    run: 'r',
    attempt: 'r-1',
    cause: { kind: 'exit', message: 'exit 1', transient: false },
    exitCode: 1,
    lastLines: [],
    startedAt: '2021-01-29T20:00:00Z',
    finishedAt: '2021-01-29T20:00:01Z',
    over: null,
    count: 1,
    firstFailedAt: '2021-01-29T20:00:01Z',
    ...given,
  };
}

export function wait(
  instance: string,
  given: Partial<Omit<WaitRecord, 'lastAsk'> & LastAsk> = {},
): WaitRecord & { readonly lastAsk: LastAsk } {
  const {
    run = 'r',
    attempt = 'r-1',
    at = '2021-01-29T20:00:00.000Z',
    lastLines = ['not there yet'],
    ...rest
  } = given;
  return {
    schema: 1,
    instance,
    over: null,
    since: '2021-01-29T20:00:00.000Z',
    count: 1,
    lastAsk: { run, attempt, at, lastLines },
    ...rest,
  };
}

/** `${{ params.x }}` and `a == 'b'`: enough to see what is handed to an expression. */
export const expressions: Expressions = {
  template: (template, contexts) =>
    template.replace(
      /\$\{\{\s*(params|matrix|inputs)\.(\w+)\s*\}\}/g,
      (_all, context: 'params' | 'matrix' | 'inputs', name: string) => String(contexts[context][name]),
    ),
  condition: (expression, contexts) => {
    const [, context, name, value] = /^(params|matrix)\.(\w+) == '([^']*)'$/.exec(expression) ?? [];
    const values = context === 'matrix' ? contexts.matrix : contexts.params;
    return String(values[name ?? '']) === value;
  },
  value: (template, { needs }) => {
    const [, need = '', output = ''] = /needs\.(\w+)\.outputs\.(\w+)/.exec(template) ?? [];
    return JSON.parse(needs[need]?.outputs[output] ?? 'null');
  },
};
