import { StoreError } from '../../../runner/errors.ts';
import { openLedger } from '../../../runner/ledger/open.ts';
import type { InstanceId } from '../../../runner/model/partition.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { keysOf, textOf } from '../../contracts/object-store.ts';
import { PROCESS, sha256 } from '../../ledger/sample.ts';
import { clear, collectGarbage, litter, plan, read, readPublished } from './actors.ts';
import { contentOf, LATEST, type Part } from './part.ts';
import { run } from './run.ts';
import type { Fault } from './faults.ts';
import { gatedStore, type Beats } from './gated-store.ts';
import type { Role, Scenario } from './roles.ts';
import { createActor, play, lastBeat, type Actor, type Decision, type Time } from './schedule.ts';
import { createTruth, type Truth } from './truth.ts';

export interface Found {
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

export const GRACE_SECONDS = 300;

/** Plays a scenario by its decisions, lets everything come to rest, and tells what was wrong at any moment. */
export async function check(
  scenario: Scenario,
  decisions: Iterable<Decision>,
  fault: Fault = (store) => ({ store }),
): Promise<Found> {
  const time: Time = { now: Date.parse('2021-02-01T00:00:00Z') };
  const store = openMemoryStore(undefined, () => time.now);
  const truth = createTruth(store, time, GRACE_SECONDS);
  const ids = ['p/t/date=2021-01-28', 'p/t/date=2021-01-29'].slice(0, scenario.instances);
  const everyone: Actor[] = [];
  const trace: string[] = [];
  let randoms = 0;

  const beats: Beats = (run) => {
    const beating = everyone.find(({ pid }) => run.endsWith(pid.toString(16).padStart(6, '0')));
    return { at: beating === undefined ? 0 : lastBeat(beating, time), now: time.now };
  };

  const enter = (role: Role): Actor => {
    const pid = everyone.length + 1;
    const actor = createActor(`${role.kind}-${pid}`, pid);
    everyone.push(actor);
    const acting = async (): Promise<void> => {
      const gated = gatedStore(store, actor, truth, beats);
      const { store: seen, ledger: altered = (whole) => whole } = fault(gated, role);
      const ledger = await openLedger(seen, {
        clock: clockOf(time),
        process: { ...PROCESS, pid },
        random: (bytes) => sha256(`${(randoms += 1)}`).slice(0, 2 * bytes),
        // All on machines of their own: only heartbeats tell.
        processState: () => 'unknown',
      });
      const part = {
        actor,
        store: seen,
        ledger: altered(ledger),
        clock: clockOf(time),
        truth,
      };
      await act(part, role, ids);
    };
    acting()
      .catch((error: unknown) => {
        // A broken connection ends a command; nothing else may.
        if (actor.cutOff && error instanceof StoreError && error.code === 'store-unreachable') return;
        const words = error instanceof Error ? error.message : String(error);
        truth.broken.push(`${actor.name} ended with ${words}`);
      })
      .finally(() => {
        actor.state = 'over';
        actor.silentSince = time.now;
      });
    return actor;
  };
  const alone = async (role: Role): Promise<void> => {
    await play([enter(role)], [], time, trace, isBroken);
  };
  const isBroken = (): boolean => truth.broken.length > 0;

  for (const role of scenario.before) await alone(role);
  time.now += 2 * GRACE_SECONDS * 1000;
  trace.push('--- from here on as decided');
  const actors = scenario.roles.map(enter);
  await play(actors, decisions, time, trace, isBroken);
  const isWhole = actors.every(({ state, cutOff }) => state === 'over' && !cutOff);
  if (!isBroken() && isWhole) truth.broken.push(...(await unpublished(store, truth, ids)));
  if (!isBroken()) {
    trace.push('--- at rest');
    time.now += 2 * GRACE_SECONDS * 1000;
    // The first repairs and makes what is missing, the second has nothing left to do.
    await alone({ kind: 'run', fate: 'good', rebuild: false });
    await alone({ kind: 'gc' });
    time.now += 2 * GRACE_SECONDS * 1000;
    await alone({ kind: 'gc' });
    if (!isBroken()) truth.broken.push(...(await unpublished(store, truth, ids)));
    if (!isBroken()) truth.broken.push(...(await remains(store, truth, ids)));
  }
  // The memory stores of a process are never forgotten.
  await store.delete(await keysOf(store, ''));
  return { broken: truth.broken, trace };
}

function clockOf(time: Time) {
  return { now: () => time.now, sleep: async () => {} };
}

async function act(part: Part, role: Role, ids: readonly InstanceId[]): Promise<void> {
  const id = ids.at(-1) ?? '';
  switch (role.kind) {
    case 'run':
      await run(part, ids, role);
      return;
    case 'litter':
      return litter(part, id);
    case 'gc':
      return collectGarbage(part, GRACE_SECONDS);
    case 'clear':
      return clear(part, id);
    case 'read':
      return read(part, id, GRACE_SECONDS);
    case 'read-published':
      return readPublished(part, ids);
    case 'plan':
      return plan(part, ids);
  }
}

/** What is published, once all who publish have ended by themselves. */
async function unpublished(
  store: ObjectStore,
  truth: Truth,
  ids: readonly InstanceId[],
): Promise<readonly string[]> {
  const problems = (await keysOf(store, 'publications/p/')).map(
    (key) => `${key} is left, though all went well`,
  );
  for (const id of ids) {
    const manifest = truth.history(id).at(-1)?.manifest;
    for (const { path, to } of manifest?.published ?? []) {
      if (to === LATEST && id !== ids.at(-1)) continue;
      const text = await textOf(store, `published/${to}`);
      if (manifest === undefined || text === contentOf(id, manifest.attempt, path)) continue;
      problems.push(`published/${to} is "${text}", committed is ${manifest.attempt}`);
    }
  }
  return problems;
}

/** What stands in the end: a manifest an instance, its objects, and nothing else. */
async function remains(
  store: ObjectStore,
  truth: Truth,
  ids: readonly InstanceId[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  const objects: string[] = [];
  for (const id of ids) {
    const manifest = truth.history(id).at(-1)?.manifest;
    if (manifest === undefined || manifest.outcome === 'void') {
      problems.push(`${id} was not made in the end`);
      continue;
    }
    objects.push(...manifest.objects.map(({ path }) => `objects/${id}/${manifest.attempt}/${path}`));
    const marks = await keysOf(store, `exceptions/${id}/`);
    if (manifest.outcome === 'succeeded' && marks.length > 0)
      problems.push(`marks are left: ${marks.join(' ')}`);
  }
  const left = [...(await keysOf(store, 'objects/')), ...(await keysOf(store, 'claims/'))];
  const unexpected = left.filter((key) => !objects.includes(key));
  if (unexpected.length > 0) problems.push(`nobody needs ${unexpected.join(' ')}`);
  return problems;
}
