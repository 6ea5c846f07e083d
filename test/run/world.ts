import { instanceId } from '../../runner/model/partition.ts';
import type { NeedRule, Pipeline, Task } from '../../runner/model/pipeline.ts';
import type { BoundNeed, Plan, PlannedInstance } from '../../runner/model/plan.ts';
import type { RunEvent } from '../../runner/model/event.ts';
import type { Report } from '../../runner/model/report.ts';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import { openLedger } from '../../runner/ledger/open.ts';
import type { ObjectStore } from '../../runner/ports.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import type { RunEnvironment } from '../../runner/run/run-environment.ts';
import { runPlan } from '../../runner/run/run.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createScriptedEngine, type ScriptedEngine, type Script } from './scripted-engine.ts';

const PROCESS = { bootId: 'boot', pid: 1, startTime: '1', host: 'here' };

export function task(name: string, more: Partial<Task> = {}): Task {
  return {
    name,
    position: { file: 'p.yaml', line: 1, column: 1 },
    kind: 'container',
    params: [],
    keys: [],
    failFast: false,
    needs: [],
    after: [],
    image: { kind: 'reference', reference: 'busybox' },
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
      backoffSeconds: 10,
      factor: 2,
      maxBackoffSeconds: 300,
      jitter: false,
      on: ['transient'],
    },
    ...more,
  };
}

export function pipeline(tasks: readonly Task[], more: Partial<Pipeline> = {}): Pipeline {
  return {
    name: 'p',
    file: 'pipelines/p.yaml',
    timezone: 'UTC',
    schedules: [],
    calendars: {},
    params: {},
    tasks: Object.fromEntries(tasks.map((one) => [one.name, one])),
    ...more,
  };
}

export function instance(
  name: string,
  partition = '_',
  more: Partial<PlannedInstance> = {},
): PlannedInstance {
  const keys =
    partition === '_' ? {} : Object.fromEntries(partition.split('/').map((part) => part.split('=')));
  return {
    id: instanceId('p', name, partition),
    pipeline: 'p',
    task: name,
    keys,
    params: keys,
    matrix: {},
    state: 'missing',
    reason: 'missing',
    needs: [],
    asked: true,
    action: 'run',
    ...more,
  };
}

export function need(name: string, members: readonly string[], more: Partial<BoundNeed> = {}): BoundNeed {
  return {
    name,
    task: name,
    pipeline: 'p',
    foreign: false,
    optional: false,
    select: 'same',
    members,
    single: members.length === 1,
    atLeast: members.length,
    atLeastWritten: false,
    positions: members.length,
    ...more,
  };
}

/** As `spec` compiles `needs: [name]`; only its name counts here. */
export function rule(name: string): NeedRule {
  return {
    name,
    target: { pipeline: 'p', task: name },
    foreign: false,
    select: { kind: 'same' },
    pair: [],
    fanIn: [],
    optional: false,
    mode: 'files',
    position: { file: 'p.yaml', line: 1, column: 1 },
  };
}

export function planOf(instances: readonly PlannedInstance[]): Plan {
  return {
    pipeline: 'p',
    request: {
      pipeline: 'p',
      tasks: [],
      range: { kind: 'latest' },
      params: {},
      times: {},
      rebuild: { missing: true, failed: true, stale: false, all: false },
      downstream: false,
    },
    at: '2021-02-01T00:00:00Z',
    instances,
    counts: {},
    atLeast: false,
    warnings: [],
  };
}

export interface World {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly clock: FakeClock;
  readonly events: RunEvent[];
}

export async function createWorld(): Promise<World> {
  const clock = createFakeClock();
  const store = openMemoryStore(undefined, () => clock.now());
  let count = 0;
  const ledger = await openLedger(store, {
    clock,
    process: PROCESS,
    random: (bytes) => (count += 1).toString(16).padStart(bytes * 2, '0'),
    processState: () => 'alive',
  });
  return { store, ledger, clock, events: [] };
}

export interface Started {
  readonly report: Promise<Report>;
  readonly engine: ScriptedEngine;
  readonly interrupt: AbortController;
  readonly hard: AbortController;
}

let runs = 0;

/** Starts a run in a world. Several may run in one. */
export function start(
  world: World,
  tasks: readonly Task[],
  instances: readonly PlannedInstance[],
  script?: Script,
  more: Partial<RunEnvironment> = {},
): Started {
  runs += 1;
  const engine = createScriptedEngine(world.store, script);
  const interrupt = new AbortController();
  const hard = new AbortController();
  const report = runPlan(planOf(instances), {
    run: `20210201T000000Z-${runs.toString(16).padStart(6, '0')}`,
    process: PROCESS,
    pipelines: new Map([['p', pipeline(tasks)]]),
    project: 'project',
    projectRoot: '/project',
    pools: {},
    concurrency: 4,
    ledger: world.ledger,
    engine,
    clock: world.clock,
    // Not the fake clock's: tests let minutes pass in one leap.
    elapsed: () => 0,
    random: () => 0.5,
    reporters: [{ on: (event) => world.events.push(event) }],
    secrets: {},
    interrupt: { signal: interrupt.signal, hard: hard.signal },
    watched: true,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
    ...more,
  });
  return { report, engine, interrupt, hard };
}

/** States by task and partition, for a person to read. */
export function states(report: Report): Readonly<Record<string, string>> {
  return Object.fromEntries(report.instances.map(({ id, state }) => [id.slice(2), state]));
}

/** A committed instance, made by an earlier run. Returns its manifest's ETag. */
export async function committed(
  world: World,
  name: string,
  partition = '_',
  files: Readonly<Record<string, string>> = {},
  more: { readonly values?: Readonly<Record<string, string>>; readonly task?: Task } = {},
): Promise<string> {
  const outputs = Object.keys(files).map((path) => ({ kind: 'path' as const, path, allowEmpty: false }));
  const made = more.task ?? task(name, { outputs });
  const { values = {} } = more;
  const report = await start(world, [made], [instance(name, partition)], () => ({ files, values })).report;
  if (report.outcome !== 'succeeded') throw new Error(JSON.stringify(report));
  const found = await world.ledger.readManifest(instanceId('p', name, partition));
  if (found === undefined) throw new Error(`Expected a manifest of ${name}`);
  return found.etag;
}
