import type { OpenedProject } from '../../../runner/app/project/open-project.ts';
import { statusOf, tickPipelines, type Tick, type TickOptions } from '../../../runner/app/tick/tick.ts';
import { openLedger } from '../../../runner/ledger/open.ts';
import type { Ledger } from '../../../runner/ledger/ledger.ts';
import type { RunEvent } from '../../../runner/model/event.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import type { Job } from '../../../runner/model/job.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { load } from '../../language/compile/memory-source.ts';
import { createFakeClock, type FakeClock } from '../../run/fake-clock.ts';
import { createScriptedEngine, type Act, type ScriptedEngine } from '../../run/scripted-engine.ts';

/** A project, a store and an engine that does as it is told, at a time that is told too. */
export interface TickWorld {
  readonly clock: FakeClock;
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly events: RunEvent[];
  /** Instances in the order of their starts, over all ticks. */
  readonly started: readonly string[];
  readonly engines: readonly ScriptedEngine[];
  /** What is written from now on. */
  write(files: Readonly<Record<string, string>>): void;
  at(time: string): void;
  tick(options?: TickOptions & { readonly pipelines?: readonly string[] }): Promise<Tick>;
}

export async function createTickWorld(
  start: string,
  files: Readonly<Record<string, string>>,
  act: (job: Job, nowMs: number) => Act | Promise<Act> = () => ({}),
): Promise<TickWorld> {
  const clock = createFakeClock(Date.parse(start));
  const store = openMemoryStore(undefined, () => clock.now());
  let count = 0;
  const ledger = await openLedger(store, {
    clock,
    process: { bootId: 'boot', pid: 1, startTime: '1', host: 'here' },
    random: (bytes) => (count += 1).toString(16).padStart(bytes * 2, '0'),
    processState: () => 'alive',
  });
  const engines: ScriptedEngine[] = [];
  const events: RunEvent[] = [];
  const started: string[] = [];
  let written = files;
  let opened: OpenedProject | undefined;
  return {
    clock,
    store,
    ledger,
    events,
    engines,
    started,
    write(more) {
      written = { ...written, ...more };
      opened = undefined;
    },
    at: (time) => void clock.advance((Date.parse(time) - clock.now()) / 1000),
    async tick({ pipelines: names, ...tick } = {}) {
      const project = (opened ??= await openedOf(written, clock));
      const options = { cwd: '/project', env: {} };
      const pipelines = [...project.pipelines.values()].filter(
        ({ name }) => names === undefined || names.includes(name),
      );
      return tickPipelines(
        { options, opened: project, pipelines },
        {
          ledger: () => Promise.resolve(ledger),
          engine: () => {
            const engine = createScriptedEngine(store, (job) => {
              started.push(job.instance);
              return act(job, clock.now());
            });
            engines.push(engine);
            return Promise.resolve(engine);
          },
          reporterFor: () => [{ on: (event) => events.push(event) }],
          ...tick,
        },
      );
    },
  };
}

async function openedOf(files: Readonly<Record<string, string>>, clock: FakeClock): Promise<OpenedProject> {
  const { project, pipelines, names, problems } = await load(files);
  const wrong = problems.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'));
  return { project, pipelines, names, unread: [], warnings: [], clock };
}

/** States of all instances, in order: `prices/date=2021-01-29 succeeded`. */
export function told(tick: Tick): readonly string[] {
  const parts = tick.pipelines.flatMap(({ parts: all }) => all);
  return parts.flatMap(({ report }) =>
    report.instances.map(({ id, state }) => `${id.slice(id.indexOf('/') + 1)} ${state}`),
  );
}

export { statusOf };
