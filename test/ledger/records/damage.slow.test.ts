import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchInstance } from '../../../runner/app/results/fetch-instance.ts';
import { committedIds, readManifests } from '../../../runner/app/results/committed.ts';
import { ProblemsError, StoreError } from '../../../runner/errors.ts';
import { checkStore } from '../../../runner/ledger/check/check.ts';
import type { Finding } from '../../../runner/ledger/check/finding.ts';
import { copyStore } from '../../../runner/ledger/copy/copy.ts';
import { usageByTask } from '../../../runner/ledger/gc/usage.ts';
import { placeOf } from '../../../runner/ledger/layout.ts';
import type { Ledger } from '../../../runner/ledger/ledger.ts';
import { openLedger } from '../../../runner/ledger/open.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { encode } from '../../contracts/object-store.ts';
import { ID, OTHER_RUN, PROCESS, RUN, sha256 } from '../sample.ts';
import { everyKindOfRecord, OTHER_ID } from './every-record.ts';

const NOW = Date.parse('2021-03-01T00:00:00Z');
const RANGE = { pipeline: 'short-score', task: 'prices', keys: ['date', 'venue'] };

const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
/** JSON, as it stands in the text. */
const VALUES: readonly string[] = [
  'null',
  'true',
  '-1',
  '1.5',
  '1e308',
  '""',
  '"../../../../tmp/x"',
  '"/etc/passwd"',
  '"a\\nb\\u001b[31m"',
  '"short-score/prices/%zz"',
  `"${'x'.repeat(5000)}"`,
  '[]',
  '[{}]',
  '{}',
  '{"__proto__":{"a":1}}',
  DEEP,
];
const EVERY = 7;
const WHOLES: readonly string[] = ['', 'null', '[]', '{"schema":1}', '{"schema":', '\u0000', DEEP];

let records: ReadonlyMap<string, string>;
let folder = '';
beforeAll(async () => {
  records = await everyKindOfRecord();
  folder = await mkdtemp(join(tmpdir(), 'sluice-damage-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** What each command does with a store, without its words. */
const COMMANDS: Readonly<Record<string, (ledger: Ledger, store: ObjectStore) => Promise<unknown>>> = {
  plan: (ledger) => ledger.readKnowledge([RANGE], { contents: false }),
  'plan of what is stale': (ledger) => ledger.readKnowledge([RANGE], { contents: true }),
  status: async (ledger) => {
    await ledger.openFailures();
    await ledger.openWaits();
    for (const { run } of await ledger.listRuns({ limit: 5 })) await ledger.liveness(run);
  },
  logs: async (ledger) => {
    await ledger.readFailure(ID);
    await ledger.readWait('short-score/late/_');
    await ledger.readRun(RUN);
    await ledger.readManifest(ID);
  },
  ls: async (ledger) => {
    for await (const _ of readManifests(ledger, await committedIds(ledger, ''))) void _;
  },
  get: async (ledger) => {
    for (const id of [ID, OTHER_ID]) await fetchInstance(ledger, id, join(folder, 'below', 'out'));
  },
  du: (ledger) => usageByTask(ledger, '', NOW),
  copy: async (ledger) => {
    const store = openMemoryStore();
    const to = { store, clock: CLOCK, nonce: () => 'copy', openLedger: () => open(store, []) };
    const { problems } = await copyStore(ledger, to, { dryRun: false, force: true });
    return problems;
  },
  'gc, dry': async (ledger) => (await ledger.gc({ graceSeconds: 0, dryRun: true })).problems,
  run: async (ledger) => {
    await ledger.claim(ID, `${OTHER_RUN}-7`, OTHER_RUN);
    const want = { kind: 'pool', name: 'db', weight: 2, capacity: 2 } as const;
    await ledger.takeSlots([want], ID, OTHER_RUN);
    await ledger.recordTaskKeys('short-score', 'prices', ['date']);
  },
};

const CLOCK = { now: () => NOW, sleep: async () => {} };
let nonces = 0;

function open(store: ObjectStore, stumbles: string[]): Promise<Ledger> {
  return openLedger(store, {
    clock: CLOCK,
    process: PROCESS,
    random: (bytes) => sha256(`${(nonces += 1)}`).slice(0, 2 * bytes),
    processState: () => 'unknown',
    onDamage: ({ message }) => stumbles.push(message),
  });
}

async function storeWith(key: string, text: string): Promise<ObjectStore> {
  const store = openMemoryStore(undefined, () => NOW - 86_400_000);
  for (const [other, sound] of records) if (other !== key) await store.put(other, encode(sound));
  await store.put(key, encode(text));
  return store;
}

/** Each command ends, in words; what one of them stumbles over and the check does not name. */
async function unnamed(key: string, text: string): Promise<readonly string[]> {
  const stumbles: string[] = [];
  for (const [name, act] of Object.entries(COMMANDS)) {
    const store = await storeWith(key, text);
    try {
      const told = await act(await open(store, stumbles), store);
      if (Array.isArray(told)) stumbles.push(...told.map(String));
    } catch (error) {
      if (!(error instanceof StoreError) && !(error instanceof ProblemsError)) {
        throw new Error(`${name} has no words for ${key}: ${text.slice(0, 300)}`, { cause: error });
      }
      stumbles.push(error.message);
    }
  }
  const findings: Finding[] = [];
  try {
    const ledger = await open(await storeWith(key, text), []);
    await checkStore(ledger, { deep: true, onFinding: (finding) => findings.push(finding) });
  } catch (error) {
    // Of a store without a record of its own nothing can be told but that.
    if (!(error instanceof StoreError) || error.key !== 'store.json') throw error;
    findings.push({ kind: 'broken-record', damage: true, key: error.key, message: error.message });
  }
  const isNamed = findings.some((finding) => finding.damage && finding.key === key);
  return isNamed || stumbles.length === 0 ? [] : [`${key} as ${text.slice(0, 300)}: ${stumbles[0]}`];
}

describe('a record that is damaged', () => {
  const kinds = [
    'store',
    'task',
    'manifest',
    'failure',
    'wait',
    'claim',
    'publication',
    'published-path',
    'run',
    'heartbeat',
    'slot',
  ] as const;

  it.each(kinds)(
    'in any field, of kind %s, keeps no command from its end, and is named',
    { timeout: 120_000 },
    async (kind) => {
      const unseen: string[] = [];
      for (const [key, text] of recordsOf(kind)) {
        for (const whole of WHOLES) unseen.push(...(await unnamed(key, whole)));
        for (const [n, path] of pathsIn(JSON.parse(text), []).entries()) {
          unseen.push(...(await unnamed(key, withValue(text, path, undefined))));
          // Each value somewhere in each kind of record, several in each field: all of them would take minutes.
          const some = VALUES.filter((_, at) => (at + n) % EVERY === 0);
          for (const value of some) unseen.push(...(await unnamed(key, withValue(text, path, value))));
        }
      }
      expect(unseen).toEqual([]);
    },
  );

  it.each([
    'claims/x',
    'claims/Short Score/prices/_.json',
    'claims/short-score/prices/%zz.json',
    'failures/short-score/prices/date=2021-01-29/.json',
    'waits/short-score/prices/date=2021-01-29/.json',
    'manifests/short-score/prices/date=2021-01-29',
    'manifests/short-score/prices/a b.json',
    'exceptions/short-score/prices/a b/mark',
    `exceptions/${ID}/a mark`,
    'publications/short-score/prices/_/not-an-attempt.json',
    'publications/_paths/short.json',
    'pools/db/0.json',
    'pools/db/x.json',
    'runs/x/run.json',
    `runs/${RUN}/logs/a b/x.log`,
    `objects/short-score/prices/a b/${RUN}-9/a.csv`,
    `objects/a b/c d/_/${RUN}-9/a.csv`,
    'tasks/short-score/A B.json',
    'foreign/file',
  ])('%s is nobody’s key: passed by, and named', async (key) => {
    const stumbles: string[] = [];
    for (const act of [...Object.values(COMMANDS), gcAll]) {
      const store = await storeWith(key, '{}');
      await act(await open(store, stumbles), store);
    }
    const findings: Finding[] = [];
    await checkStore(await open(await storeWith(key, '{}'), []), {
      deep: false,
      onFinding: (finding) => findings.push(finding),
    });
    expect(stumbles).toEqual([]);
    expect(findings.map((finding) => `${finding.kind} ${finding.key}`)).toContain(`unknown-key ${key}`);
  });
});

async function gcAll(ledger: Ledger): Promise<void> {
  await ledger.gc({ graceSeconds: 0, dryRun: false });
}

function recordsOf(kind: string): readonly (readonly [string, string])[] {
  const all = [...records].filter(([key]) => placeOf(key).kind === kind);
  // Of one kind they are alike; of manifests the fullest says most.
  return all.sort(([, a], [, b]) => b.length - a.length).slice(0, 1);
}

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path): readonly Path[] {
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([name, item]) => pathsIn(item, [...path, name]))];
}

/** The text of a record with raw JSON in one place; undefined: without it. */
function withValue(text: string, path: Path, json: string | undefined): string {
  const record: unknown = JSON.parse(text);
  const last = path.at(-1) ?? '';
  let at = record as Record<string | number, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, unknown>;
  at[last] = json === undefined ? undefined : '@@';
  return JSON.stringify(record).replace('"@@"', () => json ?? '');
}
