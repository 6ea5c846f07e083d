import { describe, expect, it } from 'vitest';
import { createDryEngine, type DryEngine } from '../../../runner/engines/dry/engine.ts';
import type { DryScripts } from '../../../runner/engines/dry/script.ts';
import type { Job } from '../../../runner/model/job.ts';
import type { Clock, EngineRunOptions } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { inputOf, jobOf, keysBelow, textOf } from '../../contracts/jobs.ts';

const options: EngineRunOptions = {
  signal: new AbortController().signal,
  onLog: () => undefined,
  watched: false,
};

/** Time passes only by sleeping. */
function createClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep(milliseconds, signal) {
      if (signal?.aborted === true) return Promise.reject(new Error('aborted'));
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

function setUp(scripts: DryScripts = {}): {
  engine: DryEngine;
  store: ReturnType<typeof openMemoryStore>;
  job: (overrides?: Partial<Job>) => Job;
} {
  const store = openMemoryStore();
  const engine = createDryEngine({ clock: createClock(), openStore: () => store, scripts });
  const job = (overrides: Partial<Job> = {}): Job =>
    jobOf(store, 'busybox', 'true', { storeId: 's', ...overrides });
  return { engine, store, job };
}

const declaring = (job: Job, patterns: readonly string[], values: readonly string[] = []): Job => ({
  ...job,
  outputs: { ...job.outputs, values, rules: patterns.map((pattern) => ({ pattern, allowEmpty: false })) },
});

describe('the dry engine', () => {
  it('writes something into every declared output, so that others see objects', async () => {
    const { engine, store, job } = setUp();
    const asked = declaring(job(), ['a.csv', 'd/', 'part-*.json', '**/*.{x,y}'], ['n']);
    const result = await engine.run(asked, options);
    expect(result.cause).toBeUndefined();
    expect(result.objects.map(({ path }) => path)).toEqual(['a.csv', 'd/dry', 'dry/dry.x', 'part-dry.json']);
    expect(await keysBelow(store, asked.outputs.prefix)).toEqual(result.objects.map(({ path }) => path));
    expect(result.values).toEqual({ n: 'dry-n' });
  });

  it('does what the first matching script says, attempt by attempt', async () => {
    const { engine, job } = setUp({
      'pipeline/flaky/*': [{ exitCode: 75 }, { exitCode: 1 }, {}],
      '**': { exitCode: 2 },
    });
    const flaky = async (): Promise<string> => {
      const { cause } = await engine.run(job({ instance: 'pipeline/flaky/_' }), options);
      return cause?.kind ?? 'good';
    };
    expect([await flaky(), await flaky(), await flaky(), await flaky()]).toEqual([
      'not-ready',
      'exit',
      'good',
      'good',
    ]);
    expect((await engine.run(job(), options)).exitCode).toBe(2);
  });

  it('checks outputs as containers are checked, and stores nothing of a failure', async () => {
    const { engine, store, job } = setUp({ '**': { outputs: { 'b.csv': 'x', 'c.csv': '' } } });
    const asked = declaring(job(), ['a.csv', 'b.csv']);
    expect((await engine.run(asked, options)).cause).toMatchObject({ kind: 'output-missing' });
    expect(await keysBelow(store, asked.outputs.prefix)).toEqual([]);
  });

  it("takes its time from the clock, and ends at the job's timeout", async () => {
    const { engine, job } = setUp({ '**': [{ seconds: 30 }, { seconds: 90 }] });
    const instance = 'p/t/_';
    expect((await engine.run(job({ instance }), options)).usage.seconds).toBe(30);
    expect(await engine.run(job({ instance }), options)).toMatchObject({
      cause: { kind: 'timeout' },
      usage: { seconds: 60 },
    });
  });

  it('ends a job that is aborted', async () => {
    const { engine, job } = setUp();
    const result = await engine.run(job(), { ...options, signal: AbortSignal.abort() });
    expect(result.cause).toMatchObject({ kind: 'cancelled' });
  });

  it('delivers a scripted log and a scripted cause', async () => {
    const { engine, job } = setUp({
      '**': {
        log: [{ text: 'one' }, { stream: 'stderr', text: 'two' }],
        cause: { kind: 'engine-lost', message: 'gone', transient: true },
      },
    });
    const log: string[] = [];
    const onLog: EngineRunOptions['onLog'] = ({ stream, bytes }) =>
      void log.push(`${stream} ${Buffer.from(bytes).toString()}`);
    expect((await engine.run(job(), { ...options, onLog })).cause?.kind).toBe('engine-lost');
    expect(log).toEqual(['stdout one', 'stderr two']);
  });

  it('misses an input that is not in the store', async () => {
    const { engine, store, job } = setUp();
    const input = await inputOf(store, '/inputs/a', { 'a.csv': 'hello' });
    expect((await engine.run(job({ inputs: [input] }), options)).cause).toBeUndefined();
    await store.delete([`${input.prefix}a.csv`]);
    expect((await engine.run(job({ inputs: [input] }), options)).cause).toMatchObject({
      kind: 'input-gone',
      message: `${input.prefix}a.csv is not in the store`,
    });
  });

  it('tells what its caller does wrong', async () => {
    const { engine, job } = setUp();
    const asked = job();
    await engine.run(asked, options);
    await expect(engine.run(asked, options)).rejects.toThrow('again after it had ended');
    await expect(engine.run(job({ attempt: 'x-1' }), options)).rejects.toThrow('not an attempt of the run');
    const twice = job();
    await expect(Promise.all([engine.run(twice, options), engine.run(twice, options)])).rejects.toThrow(
      'while it was still running',
    );
    await engine.close();
    await expect(engine.run(job(), options)).rejects.toThrow('after the engine was closed');
  });

  it('knows what ran and how wide', async () => {
    const { engine, job } = setUp();
    await Promise.all([engine.run(job(), options), engine.run(job(), options)]);
    expect([engine.jobs.length, engine.widest]).toEqual([2, 2]);
  });

  it('keeps what it writes', async () => {
    const { engine, store, job } = setUp();
    const asked = declaring(job({ instance: 'p/t/_' }), ['a']);
    await engine.run(asked, options);
    expect(await textOf(store, `${asked.outputs.prefix}a`)).toBe('p/t/_ a\n');
  });
});
