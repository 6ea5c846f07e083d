import { createHash } from 'node:crypto';
import type { Capabilities } from '../../runner/model/capabilities.ts';
import type { Cause, CauseKind } from '../../runner/model/cause.ts';
import type { Job, JobResult } from '../../runner/model/job.ts';
import type { Engine, EngineRunOptions, ObjectStore } from '../../runner/ports.ts';
import { EngineError } from '../../runner/errors.ts';

/** What a task does when it runs. */
export interface Act {
  readonly files?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly undeclared?: readonly string[];
  readonly exitCode?: number;
  readonly cause?: Cause;
  /** Each in a write of its own. */
  readonly stdout?: readonly (string | Buffer)[];
  readonly stderr?: readonly string[];
  readonly seconds?: number;
}

export type Script = (job: Job, options: EngineRunOptions) => Act | Promise<Act>;

export interface ScriptedEngine extends Engine {
  readonly jobs: readonly Job[];
  /** Instances in the order of their starts. */
  readonly started: readonly string[];
  readonly running: number;
  readonly mostRunning: number;
  away: boolean;
}

export function cause(kind: CauseKind, transient = false, message: string = kind): Cause {
  return { kind, message, transient };
}

export function createScriptedEngine(store: ObjectStore, script: Script = () => ({})): ScriptedEngine {
  const jobs: Job[] = [];
  let running = 0;
  let mostRunning = 0;
  const engine: ScriptedEngine = {
    away: false,
    jobs,
    get started() {
      return jobs.map((job) => job.instance);
    },
    get running() {
      return running;
    },
    get mostRunning() {
      return mostRunning;
    },
    async run(job, options): Promise<JobResult> {
      jobs.push(job);
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      try {
        const act = await script(job, options);
        for (const bytes of act.stdout ?? [])
          await options.onLog({ stream: 'stdout', bytes: Buffer.from(bytes) });
        for (const bytes of act.stderr ?? [])
          await options.onLog({ stream: 'stderr', bytes: Buffer.from(bytes) });
        const ended = options.signal.aborted
          ? cause('cancelled')
          : (act.cause ?? causeOfExit(act.exitCode ?? 0));
        const usage = {
          inputBytes: 0,
          outputBytes: 0,
          ...(act.seconds === undefined ? {} : { seconds: act.seconds }),
        };
        const common = { engine: 'scripted 1', undeclared: act.undeclared ?? [], usage };
        if (ended !== undefined) {
          const exit = act.exitCode === undefined ? {} : { exitCode: act.exitCode };
          return { ...common, ...exit, cause: ended, objects: [], values: {} };
        }
        const objects = [];
        for (const [path, text] of Object.entries(act.files ?? {})) {
          await store.put(`${job.outputs.prefix}${path}`, Buffer.from(text));
          const sha256 = createHash('sha256').update(text).digest('hex');
          objects.push({ path, bytes: Buffer.byteLength(text), sha256 });
        }
        return { ...common, exitCode: 0, objects, values: act.values ?? {} };
      } finally {
        running -= 1;
      }
    },
    sweep: async () => 0,
    removeBuilt: async () => ({ removed: [], kept: [], ownerless: [] }),
    async check(): Promise<Capabilities> {
      if (engine.away) throw new EngineError('engine-unreachable', 'no engine answers');
      return {
        engine: 'scripted 1',
        apiVersion: '1',
        os: 'linux',
        architecture: 'amd64',
        cpus: 1,
        memoryBytes: 1,
      };
    },
    describe: () => [],
    close: async () => {},
  };
  return engine;
}

function causeOfExit(exitCode: number): Cause | undefined {
  switch (exitCode) {
    case 0:
      return undefined;
    case 75:
      return cause('not-ready', true);
    case 66:
      return cause('no-data');
    default:
      return cause('exit', false, `exit status ${exitCode}`);
  }
}

/** Runs until it is told what comes of it, or stopped. */
export function createGate(): { readonly script: Script; open(instance: string, act?: Act): void } {
  const waiting = new Map<string, (act: Act) => void>();
  return {
    script: (job, { signal }) =>
      new Promise((resolve) => {
        waiting.set(job.instance, resolve);
        signal.addEventListener('abort', () => {
          resolve({});
        });
      }),
    open(instance, act = {}) {
      const resolve = waiting.get(instance);
      if (resolve === undefined) throw new Error(`Expected ${instance} to be running`);
      waiting.delete(instance);
      resolve(act);
    },
  };
}
