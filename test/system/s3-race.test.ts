import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThorough } from '../parts/thorough.ts';
import { startBucket, type Bucket } from './bucket.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, heldClaims, readRecord, recordKeys } from './store-files.ts';
import { until } from './until.ts';

const ROUNDS = isThorough ? 100 : 30;
const AT_ONCE = 10;
const POOL = 3;

let bucket: Bucket;
let project: TemporaryProject;
let pooled: TemporaryProject;
const program = join(import.meta.dirname, 'racing-process.ts');

beforeAll(async () => {
  bucket = await startBucket();
  project = await layOut({ 'pipelines/race.yaml': pipeline('') });
  pooled = await layOut({
    'sluice.yaml': `pools: { few: ${POOL} }\n`,
    'pipelines/race.yaml': pipeline('pool: few'),
  });
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await pooled[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

describe.each(['claiming', 'blind'])('two processes, %s, in a race for the same instance', (claims) => {
  it(`make ${ROUNDS} manifests in ${ROUNDS} rounds, each whole`, { timeout: 300_000 }, async () => {
    const racers = ['one', 'other'].map((name) => startRacer(`${claims}-${name}`, claims, 0.02, claims));
    const race = async (round: number): Promise<void> => {
      const told = await Promise.all(racers.map((racer) => racer.run(dateOf(round))));
      // One has made it; whoever came second took its result.
      expect(Object.assign({}, ...told.map(({ counts }) => counts))).toEqual({ done: 1, succeeded: 1 });
      expect(told).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'succeeded' }]);
    };
    // Whoever waits for the other looks only now and then: several rounds at once.
    for (let first = 0; first < ROUNDS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => race(first + at)));
    }
    for (const racer of racers) await racer.end();

    const root = bucket.root(claims);
    expect(recordKeys(root, 'manifests/')).toHaveLength(ROUNDS);
    for (let round = 0; round < ROUNDS; round += 1) expectOneTruth(root, `race/one/date=${dateOf(round)}`);
    const begun = racers.flatMap(({ journal }) => journal()).filter(({ what }) => what === 'begin').length;
    console.log(`${claims}: ${begun} executions in ${ROUNDS} rounds`);
    // By claims one is spared the work; without them some at least are begun twice.
    expect(begun > ROUNDS).toBe(claims === 'blind');
  });
});

it('two processes never run more at a time than a pool has slots', { timeout: 120_000 }, async () => {
  const racers = ['one', 'other'].map((name) => startRacer(`pool-${name}`, 'pool', 0.2, 'claiming', pooled));
  const told = await Promise.all(racers.map((racer) => racer.run(`${dateOf(0)}..${dateOf(19)}`)));
  for (const racer of racers) await racer.end();
  expect(told).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'succeeded' }]);
  const journal = racers.flatMap((racer) => racer.journal());
  expect(ran(journal).toSorted()).toEqual(ids(20));
  expect(widest(journal)).toBe(POOL);
});

describe('two processes on the same instances', () => {
  const MANY = isThorough ? 200 : 80;
  const RANGE = `${dateOf(0)}..${dateOf(MANY - 1)}`;

  it('run each once', { timeout: 120_000 }, async () => {
    const racers = ['one', 'other'].map((name) => startRacer(`both-${name}`, 'both', 0.02));
    const told = await Promise.all(racers.map((racer) => racer.run(RANGE)));
    for (const racer of racers) await racer.end();
    expect(told.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    const journals = racers.map(({ journal }) => journal());
    expect(ran(journals.flat()).toSorted()).toEqual(ids(MANY));
    // Both had a part in it.
    expect(journals.every((journal) => journal.length > 0)).toBe(true);
    for (const id of ids(MANY)) expectOneTruth(bucket.root('both'), id);
  });

  it('one of them killed, the other makes all that is left', { timeout: 120_000 }, async () => {
    const [victim, other] = ['victim', 'other'].map((name) => startRacer(`left-${name}`, 'left', 0.02));
    if (victim === undefined || other === undefined) throw new Error('there are two');
    void victim.run(RANGE).catch(() => undefined);
    const finishing = other.run(RANGE);
    await until(
      'both are at work',
      () => ran(victim.journal()).length > 5 && ran(other.journal()).length > 5,
    );
    await victim.kill();
    expect(await finishing).toMatchObject({ outcome: 'succeeded' });
    await other.end();
    // Only what it had in hand was begun twice.
    const twice = ran([...victim.journal(), ...other.journal()]).length - MANY;
    expect(twice).toBeLessThanOrEqual(8);
    expect(await bucket.collect('left')).toEqual([]);
    for (const id of ids(MANY)) expectOneTruth(bucket.root('left'), id);
    expect(heldClaims(bucket.root('left'))).toEqual([]);
  });
});

function pipeline(limit: string): string {
  return `
name: race
params:
  date: { type: date, start: 2021-01-01 }
tasks:
  one:
    params: [date]
    image: none
    run: make both
    outputs: [a.txt, b.txt]
    ${limit}
`;
}

interface Told {
  readonly line: string;
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
}

interface Entry {
  readonly what: 'begin' | 'end';
  readonly instance: string;
  readonly at: number;
}

interface Racer {
  readonly run: (dates: string) => Promise<Told>;
  readonly journal: () => readonly Entry[];
  readonly end: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

function startRacer(name: string, prefix: string, seconds: number, claims = 'claiming', of = project): Racer {
  const file = project.path(`journal-${name}`);
  const words = ['--import', 'tsx', program, of.folder, bucket.store(prefix), file, String(seconds), claims];
  const child: ChildProcess = spawn(process.execPath, words, {
    env: { ...process.env, ...bucket.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('it has no pipes');
  const waiting = new Map<string, (told: Told) => void>();
  createInterface({ input: stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Told;
    waiting.get(told.line)?.(told);
  });
  const exited = once(child, 'exit');
  return {
    run(dates) {
      stdin.write(`${dates}\n`);
      const told = new Promise<Told>((resolve) => waiting.set(dates, resolve));
      const early = exited.then(() => {
        throw new Error(`${name} ended before it had run ${dates}`);
      });
      return Promise.race([told, early]);
    },
    journal: () => readLines(file).map((line) => JSON.parse(line) as Entry),
    async end() {
      stdin.end();
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** The manifest's objects are whole and by one hand, and there are no others. */
function expectOneTruth(root: string, id: string): void {
  const manifest = readRecord(root, `manifests/${id}.json`);
  expect(manifest?.outcome).toBe('succeeded');
  const contents = (manifest?.objects ?? []).map(({ path, sha256 }) => {
    const bytes = readFileSync(join(root, 'objects', id, manifest?.attempt ?? '', path));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    return bytes.toString('utf8').trim().split(' by ');
  });
  expect(contents.map(([name]) => name)).toEqual(['a', 'b']);
  expect(new Set(contents.map(([, by]) => by)).size).toBe(1);
  expect(filesBelow(join(root, 'objects', id))).toHaveLength(2);
}

function ran(journal: readonly Entry[]): readonly string[] {
  return journal.filter(({ what }) => what === 'begin').map(({ instance }) => instance);
}

/** The most that were under way at one time, by begins and ends; at the same time ends come first. */
function widest(journal: readonly Entry[]): number {
  let now = 0;
  let most = 0;
  for (const { what } of journal.toSorted((a, b) => a.at - b.at || a.what.length - b.what.length)) {
    now += what === 'begin' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `race/one/date=${dateOf(at)}`);
}

function dateOf(day: number): string {
  return new Date(Date.UTC(2021, 0, 1 + day)).toISOString().slice(0, 10);
}
