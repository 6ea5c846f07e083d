import { formatLimit } from '../../model/duration.ts';
import { createHash } from 'node:crypto';
import type { Capabilities } from '../../model/capabilities.ts';
import type { Cause } from '../../model/cause.ts';
import type { Job, JobResult, StoredObject } from '../../model/job.ts';
import { createOutputCheck } from '../../model/outputs/outputs.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import type { Clock, Engine, EngineRunOptions, ObjectStore } from '../../ports.ts';
import { defaultOutputs } from './default-outputs.ts';
import { createOrder } from './order.ts';
import { createScripts, type DryScripts } from './script.ts';
import { own } from '../../model/own.ts';

export interface DryEngineOptions {
  readonly clock: Clock;
  readonly openStore: (ref: StoreRef) => ObjectStore | Promise<ObjectStore>;
  /** What instances do; without one they succeed at once, with something in every declared output. */
  readonly scripts?: DryScripts;
}

export interface DryEngine extends Engine {
  /** Each job that was run, in order. */
  readonly jobs: readonly Job[];
  /** The most that ran at the same time. */
  readonly widest: number;
}

/**
 * Runs nothing: results are scripted, time is the clock's. All else is as with containers: outputs are stored, and
 * go through the same checks; inputs must be there; an abort ends a job. It throws, as no other engine does, when
 * it is used in a way that `Engine` forbids: this is how a wrong caller is found.
 */
export function createDryEngine({ clock, openStore, scripts = {} }: DryEngineOptions): DryEngine {
  const jobs: Job[] = [];
  const order = createOrder();
  const scriptOf = createScripts(scripts);

  async function run(job: Job, options: EngineRunOptions): Promise<JobResult> {
    const started = clock.now();
    const script = scriptOf(job);
    const inputs = job.inputs.flatMap(({ objects }) => objects);
    const result = (rest: Partial<JobResult>): JobResult => ({
      objects: [],
      values: {},
      undeclared: [],
      engine: 'dry',
      usage: {
        seconds: (clock.now() - started) / 1000,
        inputBytes: sizeOf(inputs),
        outputBytes: sizeOf(rest.objects ?? []),
      },
      ...rest,
    });
    const corrupt = await missingInput(job, openStore);
    if (corrupt !== undefined) return result({ cause: corrupt });
    const cause = await spend(script.seconds ?? 0, job, clock, options.signal);
    for (const { stream = 'stdout', text } of script.log ?? []) {
      await options.onLog({ stream, bytes: Buffer.from(text) });
    }
    if (cause !== undefined) return result({ cause });
    const exitCode = script.exitCode ?? 0;
    const failure = script.cause ?? causeOfExit(exitCode);
    if (failure !== undefined) return result({ exitCode, cause: failure });
    const stored = await storeOutputs(job, script.outputs ?? defaultOutputs(job), openStore);
    if ('cause' in stored) return result({ exitCode, ...stored });
    const values = Object.fromEntries(
      job.outputs.values.map((name) => [name, own(script.values, name) ?? `dry-${name}`]),
    );
    return result({ exitCode, values, ...stored });
  }

  return {
    jobs,
    get widest() {
      return order.widest();
    },
    async run(job, options) {
      order.begin(job);
      jobs.push(job);
      try {
        return await run(job, options);
      } finally {
        order.end(job);
      }
    },
    sweep: () => Promise.resolve(0),
    removeBuilt: () => Promise.resolve({ removed: [], kept: [], ownerless: [] }),
    check: () => Promise.resolve(CAPABILITIES),
    describe: (job) => ['dry', job.instance, ...(job.entrypoint ?? []), ...(job.command ?? [])],
    close: async () => order.close(),
  };
}

const CAPABILITIES: Capabilities = {
  engine: 'dry',
  apiVersion: '0',
  os: 'none',
  architecture: 'none',
  cpus: 1,
  memoryBytes: 0,
};

async function spend(
  seconds: number,
  job: Job,
  clock: Clock,
  signal: AbortSignal,
): Promise<Cause | undefined> {
  try {
    signal.throwIfAborted();
    if (seconds > 0) await clock.sleep(Math.min(seconds, job.timeoutSeconds) * 1000, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return { kind: 'cancelled', message: 'stopped, as the run was interrupted', transient: false };
  }
  if (seconds <= job.timeoutSeconds) return undefined;
  return { kind: 'timeout', message: `stopped after ${formatLimit(job.timeoutSeconds)}`, transient: false };
}

function causeOfExit(exitCode: number): Cause | undefined {
  const kind = exitCode === 66 ? 'no-data' : exitCode === 75 ? 'not-ready' : 'exit';
  return exitCode === 0 ? undefined : { kind, message: `exit status ${exitCode}`, transient: false };
}

async function missingInput(job: Job, openStore: DryEngineOptions['openStore']): Promise<Cause | undefined> {
  for (const input of job.inputs) {
    const store = await openStore(input.store);
    for (const { path, bytes } of input.objects) {
      const stored = await store.get(input.prefix + path, { range: { from: 0, to: 0 } });
      if (stored?.sizeBytes === bytes) {
        for await (const _ of stored.body) continue;
        continue;
      }
      const key = input.prefix + path;
      if (stored === undefined) {
        return { kind: 'input-gone', message: `${key} is not in the store`, transient: false };
      }
      const message = `${key} has ${stored.sizeBytes} bytes, not ${bytes}`;
      return { kind: 'input-corrupt', message, transient: false };
    }
  }
  return undefined;
}

async function storeOutputs(
  job: Job,
  outputs: Readonly<Record<string, string | Uint8Array>>,
  openStore: DryEngineOptions['openStore'],
): Promise<
  | { readonly objects: readonly StoredObject[]; readonly undeclared: readonly string[] }
  | { readonly cause: Cause }
> {
  const check = createOutputCheck(job.outputs.rules);
  const found = Object.entries(outputs).map(([path, content]) => ({ path, bytes: Buffer.from(content) }));
  const declared: { readonly path: string; readonly bytes: Buffer }[] = [];
  for (const { path, bytes } of found) {
    const verdict = check.entry({ path, kind: 'file', sizeBytes: bytes.length });
    if (verdict.kind === 'refuse') return { cause: verdict.cause };
    if (verdict.kind === 'store') declared.push({ path, bytes });
  }
  const outcome = check.finish();
  if (outcome.kind === 'refuse') return { cause: outcome.cause };
  const store = await openStore(job.outputs.store);
  const objects: StoredObject[] = [];
  for (const { path, bytes } of declared.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    await store.put(job.outputs.prefix + path, bytes);
    objects.push({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return { objects, undeclared: check.undeclared() };
}

function sizeOf(objects: readonly StoredObject[]): number {
  return objects.reduce((sum, object) => sum + object.bytes, 0);
}
