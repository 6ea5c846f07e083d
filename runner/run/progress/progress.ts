import type { InstanceId } from '../../model/partition.ts';
import type { BoundNeed } from '../../model/plan.ts';
import type { ReportState } from '../../model/state.ts';
import { createEntry, hold, isHeld, isHook, letGo, release, type Entry } from './entry.ts';
import { createGate } from './gate.ts';
import { nameBeside } from './name-beside.ts';
import { fateOf, weighNeeds, type Standing } from './needs.ts';
import type { GivenUp, HookNode, ProgressEvent, ProgressInput, ProgressNode, Settled, Step } from './step.ts';

export interface Progress {
  begin(): Step;
  apply(event: ProgressEvent): Step;
}

/**
 * Knows which instances are ready, under every limit, and what becomes of those that will not run. It has no clock,
 * starts nothing and awaits nothing. An event costs as much as it changes, however large the plan. It may grow, and
 * be paced, while it runs.
 */
export function createProgress(input: ProgressInput): Progress {
  const entries: Entry[] = [];
  const byId = new Map<InstanceId, Entry>();
  const groups = new Map<string, Entry[]>();
  const gate = createGate(
    input.concurrency,
    (place) => entryAt(place).node.shares,
    (place) => entryAt(place).phase === 'ready',
  );

  let open = 0;
  let openHooks = 0;
  let somethingRan = false;
  let stopped:
    { readonly kind: 'interrupted' } | { readonly kind: 'halted'; readonly reason: string } | undefined;
  let hooks: 'before' | 'open' | 'omitted' = 'before';
  let settled: Settled[] = [];
  let cancel: InstanceId[] = [];
  let expand: InstanceId[] = [];
  /** Ready, and kept back; undefined: nothing is any more. */
  let held: Entry[] | undefined = [];

  const entryAt = (place: number): Entry => {
    const entry = entries[place];
    if (entry === undefined) throw new RangeError(`Expected a place below ${entries.length}, got ${place}`);
    return entry;
  };
  const entryOf = (id: InstanceId): Entry => {
    const entry = byId.get(id);
    if (entry === undefined) throw new RangeError(`Expected an instance of the plan, got ${id}`);
    return entry;
  };
  const standingOf = (id: InstanceId): Standing | undefined => byId.get(id)?.standing;

  const enter = (node: ProgressNode | HookNode): Entry => {
    if (byId.has(node.id)) throw new RangeError(`Expected a new instance, got ${node.id} a second time`);
    const entry = createEntry(entries.length, node);
    entries.push(entry);
    byId.set(node.id, entry);
    if (isHook(entry)) openHooks += 1;
    else open += 1;
    return entry;
  };

  /** What is settled from the start first: the others look at it. Those in `waiting` are decided with them. */
  const enterAll = (nodes: readonly ProgressNode[], waiting: readonly Entry[] = []): void => {
    const entered = nodes.map((node) => ({ node, entry: enter(node) }));
    for (const { node, entry } of entered) {
      if (node.settled !== undefined) settle(entry, plannedStanding(node, node.settled), node.settled.reason);
    }
    for (const { node, entry } of entered) {
      if (node.settled !== undefined) continue;
      for (const needed of unsettled(node.needs)) hold(entry, needed);
      if (node.failFastGroup === undefined) continue;
      const group = groups.get(node.failFastGroup);
      if (group === undefined) groups.set(node.failFastGroup, [entry]);
      else group.push(entry);
    }
    for (const entry of waiting) {
      for (const needed of 'needs' in entry.node ? unsettled(entry.node.needs) : []) hold(entry, needed);
    }
    for (const entry of [...entered.map((one) => one.entry), ...waiting]) {
      if (entry.phase === 'pending' && entry.heldBy === 0 && decide(entry)) follow(entry);
    }
  };

  const unsettled = (needs: readonly BoundNeed[]): readonly Entry[] =>
    needs.flatMap(({ members }) =>
      members.flatMap((id) => {
        const needed = byId.get(id);
        return needed === undefined || needed.phase === 'settled' ? [] : [needed];
      }),
    );

  /** The placeholders go without a word: their legs are what is told. */
  const replace = (
    placeholders: readonly Entry[],
    nodes: readonly ProgressNode[],
    needs: ReadonlyMap<InstanceId, readonly BoundNeed[]>,
  ): void => {
    const readers = [...needs].flatMap(([id, now]) => {
      const entry = byId.get(id);
      if (entry === undefined || entry.phase !== 'pending' || !('needs' in entry.node)) return [];
      // What it waits for is counted anew, once the new ones are there.
      for (const needed of new Set(unsettled(entry.node.needs))) letGo(entry, needed);
      entry.node = { ...entry.node, needs: now };
      return [entry];
    });
    for (const placeholder of placeholders) {
      placeholder.phase = 'settled';
      open -= 1;
      byId.delete(placeholder.node.id);
    }
    enterAll(nodes, readers);
  };

  const settle = (entry: Entry, standing: Standing, reason: string): void => {
    const { id } = entry.node;
    entry.phase = 'settled';
    entry.standing = standing;
    if (isHook(entry)) openHooks -= 1;
    else open -= 1;
    const blockedBy = standing.state === 'blocked' ? standing.roots.filter((root) => root !== id) : [];
    settled.push({ id, state: standing.state, reason, blockedBy, raises: standing.raises });
  };

  /** All that follows from a settled one; a work list, because chains may be as long as the plan. */
  const follow = (entry: Entry): void => {
    const work = [entry];
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      for (const needer of release(next)) {
        if (needer.phase === 'pending' && decide(needer)) work.push(needer);
      }
    }
  };

  const makeReady = (entry: Entry): void => {
    entry.phase = 'ready';
    if (held !== undefined && isHeld(entry)) held.push(entry);
    else gate.enqueue(entry.place);
  };

  const openHeld = (): void => {
    const waiting = held ?? [];
    held = undefined;
    for (const { phase, place } of waiting) if (phase === 'ready') gate.enqueue(place);
  };

  /** All of them first: what needs one of them is given up itself rather than blocked by it. */
  const giveUp = (instances: readonly GivenUp[]): void => {
    const given: Entry[] = [];
    for (const { id, state, reason } of instances) {
      const entry = entryOf(id);
      if (entry.phase === 'settled' || entry.phase === 'running') continue;
      settle(entry, standingAs(entry.node, state), reason);
      given.push(entry);
    }
    for (const entry of given) follow(entry);
  };

  /** Its needs are settled: it becomes ready, or is settled itself (true). */
  const decide = (entry: Entry): boolean => {
    const { node } = entry;
    if (!('needs' in node)) {
      makeReady(entry);
      return false;
    }
    const verdict = weighNeeds(node.id, node.needs, standingOf);
    switch (verdict.kind) {
      case 'derived':
        settle(entry, quiet(verdict.state), verdict.reason);
        return true;
      case 'hindered': {
        const raises = verdict.raises && !node.continueOnError;
        const { state, roots } = verdict;
        settle(entry, { state, fate: state, roots, raises, awaited: false }, verdict.reason);
        return true;
      }
      case 'ready':
        if (node.placeholder === true) {
          entry.phase = 'expanding';
          expand.push(node.id);
          return false;
        }
        if (node.wrapper) {
          const ran = node.needs.some((need) =>
            need.members.some((id) => standingOf(id)?.state === 'succeeded'),
          );
          settle(entry, quiet(ran ? 'succeeded' : 'done'), 'all it needs is there');
          return true;
        }
        entry.absent = verdict.absent;
        makeReady(entry);
        return false;
    }
  };

  /** The plan says that it is blocked, its needs say by what. */
  const plannedStanding = (node: ProgressNode, planned: NonNullable<ProgressNode['settled']>): Standing => {
    const { state } = planned;
    const known = standingAs(node, state);
    const standing: Standing = { ...known, fate: planned.fate ?? known.fate };
    if (state !== 'blocked' && state !== 'waiting') return standing;
    const verdict = weighNeeds(node.id, node.needs, standingOf);
    if (verdict.kind !== 'hindered') return standing;
    return { ...standing, roots: verdict.roots, raises: standing.raises && verdict.raises };
  };

  const settleWaiting = (state: 'cancelled' | 'blocked', reason: string): void => {
    for (const entry of entries) {
      if (entry.phase === 'settled' || entry.phase === 'running') continue;
      // One that waits for its next try has failed, and that is what there is to say of it.
      const own = state === 'blocked' && entry.hasFailed ? 'failed' : state;
      settle(entry, { ...standingAs(entry.node, own), roots: [] }, reason);
    }
  };

  /** What would wait from here on is too late. */
  const settleIfStopped = (reason: string): void => {
    if (stopped?.kind === 'interrupted') settleWaiting('cancelled', reason);
    if (stopped?.kind === 'halted') settleWaiting('blocked', stopped.reason);
  };

  const failFast = ({ node }: Entry): void => {
    if (!('failFastGroup' in node) || node.failFastGroup === undefined) return;
    const members = groups.get(node.failFastGroup) ?? [];
    groups.delete(node.failFastGroup);
    for (const member of members) {
      if (member.phase === 'running') cancel.push(member.node.id);
      if (member.phase === 'settled' || member.phase === 'running') continue;
      const standing = { ...standingAs(member.node, 'cancelled'), roots: [node.id] };
      settle(member, standing, `fail-fast: ${nameBeside(member.node.id, node.id)} failed`);
      follow(member);
    }
  };

  const leave = (entry: Entry): void => {
    // No place is taken for what is only looked up.
    if (entry.phase === 'expanding') return;
    if (entry.phase !== 'running') {
      throw new RangeError(`Expected ${entry.node.id} to be running, found it ${entry.phase}`);
    }
    gate.free(entry.place);
  };

  const openHooksIfDue = (): void => {
    if (open > 0 || hooks !== 'before') return;
    hooks = somethingRan ? 'open' : 'omitted';
    if (hooks === 'omitted') return;
    const entered = input.hooks.map((hook) => ({ hook, entry: enter(hook) }));
    if (stopped?.kind === 'halted') {
      settleWaiting('blocked', stopped.reason);
      return;
    }
    for (const { hook, entry } of entered) for (const before of hook.after) hold(entry, entryOf(before));
    for (const { entry } of entered) if (entry.heldBy === 0) decide(entry);
  };

  const step = (): Step => {
    openHooksIfDue();
    const start = gate.admit().map((place) => {
      const entry = entryAt(place);
      entry.phase = 'running';
      return { id: entry.node.id, absent: entry.absent };
    });
    const ended = open === 0 && hooks !== 'before' && openHooks === 0;
    const result = { start, expand, cancel, settled, ended };
    settled = [];
    cancel = [];
    expand = [];
    return result;
  };

  return {
    begin() {
      enterAll(input.nodes);
      return step();
    },
    apply(event) {
      switch (event.type) {
        case 'grown':
          // Stopped meanwhile: there is nothing left to replace.
          if (stopped !== undefined && event.replaced.length > 0) break;
          if (hooks !== 'before')
            throw new RangeError('Expected new instances before the hooks, got them after');
          replace(event.replaced.map(entryOf), event.nodes, event.needs);
          settleIfStopped('interrupted before it was started');
          break;
        case 'paced':
          gate.limit(event.concurrency);
          break;
        case 'opened':
          openHeld();
          break;
        case 'limited':
          gate.limitShare(event.share, event.capacity);
          break;
        case 'given-up':
          giveUp(event.instances);
          break;
        case 'finished': {
          const entry = entryOf(event.id);
          // A placeholder that was looked up while everything stopped.
          if (entry.phase === 'settled' && 'placeholder' in entry.node) break;
          leave(entry);
          somethingRan ||= event.ran;
          settle(entry, standingAs(entry.node, event.state, event.awaited), event.reason);
          follow(entry);
          if (event.state === 'failed') failFast(entry);
          break;
        }
        case 'resting': {
          const entry = entryOf(event.id);
          leave(entry);
          entry.phase = 'resting';
          entry.hasFailed ||= event.failed;
          settleIfStopped('interrupted before its next try');
          break;
        }
        case 'retry-due': {
          const entry = entryOf(event.id);
          if (entry.phase === 'resting') makeReady(entry);
          break;
        }
        case 'interrupted':
          stopped ??= { kind: 'interrupted' };
          settleWaiting('cancelled', 'interrupted before it was started');
          break;
        case 'halted':
          stopped = { kind: 'halted', reason: event.reason };
          settleWaiting('blocked', event.reason);
          break;
      }
      return step();
    },
  };
}

function standingAs(node: ProgressNode | HookNode, state: ReportState, awaited = false): Standing {
  const fate = fateOf(state);
  const hinders = fate === 'waiting' || fate === 'blocked';
  const raises = !node.continueOnError && (hinders || state === 'unpublished');
  return { state, fate, roots: hinders ? [node.id] : [], raises, awaited };
}

function quiet(state: ReportState): Standing {
  return { state, fate: fateOf(state), roots: [], raises: false, awaited: false };
}
