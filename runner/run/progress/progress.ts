import type { InstanceId } from '../../model/partition.ts';
import type { ReportState } from '../../model/state.ts';
import { createDependents } from './dependents.ts';
import { createGate } from './gate.ts';
import { fateOf, weighNeeds, type AbsentMember, type Standing } from './needs.ts';
import { nameBeside } from './name-beside.ts';
import type { HookNode, ProgressEvent, ProgressInput, ProgressNode, Settled, Step } from './step.ts';

export interface Progress {
  begin(): Step;
  apply(event: ProgressEvent): Step;
}

type Phase = 'pending' | 'ready' | 'running' | 'resting' | 'settled';

/**
 * Knows which instances are ready, under every limit, and what becomes of those that will not run. It has no clock,
 * starts nothing and awaits nothing. An event costs as much as it changes, however large the plan.
 */
export function createProgress(input: ProgressInput): Progress {
  const nodes: readonly (ProgressNode | HookNode)[] = [...input.nodes, ...input.hooks];
  const firstHook = input.nodes.length;
  const places = new Map(nodes.map((node, place) => [node.id, place]));
  const phases: Phase[] = nodes.map(() => 'pending');
  const standings: (Standing | undefined)[] = nodes.map(() => undefined);
  const absents = new Map<number, readonly AbsentMember[]>();
  const dependents = createDependents(nodes.length);
  const groups = new Map<string, number[]>();
  const gate = createGate(
    input.concurrency,
    (place) => nodeAt(place).shares,
    (place) => phases[place] === 'ready',
  );

  const failedOnce = new Set<number>();

  let open = input.nodes.length;
  let somethingRan = false;
  let stopped: 'interrupted' | 'halted' | undefined;
  let haltReason = '';
  let hooks: 'before' | 'open' | 'omitted' = 'before';
  let openHooks = input.hooks.length;
  let settled: Settled[] = [];
  let cancel: InstanceId[] = [];

  const nodeAt = (place: number): ProgressNode | HookNode => {
    const node = nodes[place];
    if (node === undefined) throw new RangeError(`Expected a place below ${nodes.length}, got ${place}`);
    return node;
  };
  const placeOf = (id: InstanceId): number => {
    const place = places.get(id);
    if (place === undefined) throw new RangeError(`Expected an instance of the plan, got ${id}`);
    return place;
  };
  const standingOf = (id: InstanceId): Standing | undefined => standings[places.get(id) ?? -1];

  const settleOne = (place: number, standing: Standing, reason: string): void => {
    const { id } = nodeAt(place);
    phases[place] = 'settled';
    standings[place] = standing;
    if (place < firstHook) open -= 1;
    else openHooks -= 1;
    const blockedBy = standing.state === 'blocked' ? standing.roots.filter((root) => root !== id) : [];
    settled.push({ id, state: standing.state, reason, blockedBy, raises: standing.raises });
  };

  /** All that follows from a settled one; a work list, because chains may be as long as the plan. */
  const follow = (place: number): void => {
    const work = [place];
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      for (const needer of dependents.release(next)) {
        if (phases[needer] === 'pending' && decide(needer)) work.push(needer);
      }
    }
  };

  /** Its needs are settled: it becomes ready, or is settled itself (true). */
  const decide = (place: number): boolean => {
    const node = nodeAt(place);
    if (!('needs' in node)) {
      phases[place] = 'ready';
      gate.enqueue(place);
      return false;
    }
    const verdict = weighNeeds(node.id, node.needs, standingOf);
    switch (verdict.kind) {
      case 'derived':
        settleOne(place, quiet(verdict.state), verdict.reason);
        return true;
      case 'hindered': {
        const raises = verdict.raises && !node.continueOnError;
        const { state, roots } = verdict;
        settleOne(place, { state, fate: state, roots, raises, awaited: false }, verdict.reason);
        return true;
      }
      case 'ready':
        if (node.wrapper) {
          const ran = node.needs.some((need) =>
            need.members.some((id) => standingOf(id)?.state === 'succeeded'),
          );
          settleOne(place, quiet(ran ? 'succeeded' : 'done'), 'all it needs is there');
          return true;
        }
        if (verdict.absent.length > 0) absents.set(place, verdict.absent);
        phases[place] = 'ready';
        gate.enqueue(place);
        return false;
    }
  };

  const standingAs = (place: number, state: ReportState, awaited: boolean): Standing => {
    const node = nodeAt(place);
    const fate = fateOf(state);
    const hinders = fate === 'waiting' || fate === 'blocked';
    const raises = !node.continueOnError && (hinders || state === 'unpublished');
    return { state, fate, roots: hinders ? [node.id] : [], raises, awaited };
  };

  /** The plan says that it is blocked, its needs say by what. */
  const plannedStanding = (place: number, node: ProgressNode, state: ReportState): Standing => {
    const known = standingAs(place, state, false);
    const standing: Standing = { ...known, fate: node.settled?.fate ?? known.fate };
    if (state !== 'blocked' && state !== 'waiting') return standing;
    const verdict = weighNeeds(node.id, node.needs, standingOf);
    if (verdict.kind !== 'hindered') return standing;
    return { ...standing, roots: verdict.roots, raises: standing.raises && verdict.raises };
  };

  const settleWaiting = (state: ReportState, reason: string): void => {
    for (let place = 0; place < nodes.length; place += 1) {
      const phase = phases[place];
      if (phase === 'settled' || phase === 'running') continue;
      if (place >= firstHook && hooks !== 'open') break;
      // One that waits for its next try has failed, and that is what there is to say of it.
      const own = state === 'blocked' && failedOnce.has(place) ? 'failed' : state;
      settleOne(place, { ...standingAs(place, own, false), roots: [] }, reason);
    }
  };

  const failFast = (place: number): void => {
    const node = nodeAt(place);
    if (!('failFastGroup' in node) || node.failFastGroup === undefined) return;
    const members = groups.get(node.failFastGroup) ?? [];
    groups.delete(node.failFastGroup);
    for (const member of members) {
      const phase = phases[member];
      if (phase === 'running') cancel.push(nodeAt(member).id);
      if (phase === 'settled' || phase === 'running') continue;
      const standing = { ...standingAs(member, 'cancelled', false), roots: [node.id] };
      settleOne(member, standing, `fail-fast: ${nameBeside(nodeAt(member).id, node.id)} failed`);
      follow(member);
    }
  };

  const leave = (place: number): void => {
    if (phases[place] !== 'running') {
      throw new RangeError(`Expected ${nodeAt(place).id} to be running, found it ${phases[place]}`);
    }
    gate.free(place);
  };

  const openHooksIfDue = (): void => {
    if (open > 0 || hooks !== 'before') return;
    hooks = somethingRan ? 'open' : 'omitted';
    if (hooks === 'omitted') return;
    if (stopped === 'halted') {
      settleWaiting('blocked', haltReason);
      return;
    }
    input.hooks.forEach((hook, index) => {
      const place = firstHook + index;
      for (const before of hook.after) dependents.hold(place, placeOf(before));
      if (!dependents.isHeld(place)) decide(place);
    });
  };

  const step = (): Step => {
    openHooksIfDue();
    const start = gate.admit().map((place) => {
      phases[place] = 'running';
      return { id: nodeAt(place).id, absent: absents.get(place) ?? [] };
    });
    const ended = open === 0 && (hooks === 'omitted' || openHooks === 0);
    const result = { start, cancel, settled, ended };
    settled = [];
    cancel = [];
    return result;
  };

  return {
    begin() {
      input.nodes.forEach((node, place) => {
        if (node.settled === undefined) return;
        settleOne(place, plannedStanding(place, node, node.settled.state), node.settled.reason);
      });
      input.nodes.forEach((node, place) => {
        if (node.settled !== undefined) return;
        for (const need of node.needs) {
          for (const id of need.members) {
            const needed = places.get(id);
            if (needed !== undefined && phases[needed] !== 'settled') dependents.hold(place, needed);
          }
        }
        if (node.failFastGroup !== undefined) {
          const group = groups.get(node.failFastGroup);
          if (group === undefined) groups.set(node.failFastGroup, [place]);
          else group.push(place);
        }
      });
      for (let place = 0; place < firstHook; place += 1) {
        if (phases[place] === 'pending' && !dependents.isHeld(place) && decide(place)) follow(place);
      }
      return step();
    },
    apply(event) {
      switch (event.type) {
        case 'finished': {
          const place = placeOf(event.id);
          leave(place);
          somethingRan ||= event.ran;
          settleOne(place, standingAs(place, event.state, event.awaited ?? false), event.reason);
          follow(place);
          if (event.state === 'failed') failFast(place);
          break;
        }
        case 'resting': {
          const place = placeOf(event.id);
          leave(place);
          phases[place] = 'resting';
          if (event.failed) failedOnce.add(place);
          // Too late for another try.
          if (stopped === 'interrupted') settleWaiting('cancelled', 'interrupted before its next try');
          if (stopped === 'halted') settleWaiting('blocked', haltReason);
          break;
        }
        case 'retry-due': {
          const place = placeOf(event.id);
          if (phases[place] !== 'resting') break;
          phases[place] = 'ready';
          gate.enqueue(place);
          break;
        }
        case 'interrupted':
          stopped ??= 'interrupted';
          settleWaiting('cancelled', 'interrupted before it was started');
          break;
        case 'halted':
          stopped = 'halted';
          haltReason = event.reason;
          settleWaiting('blocked', event.reason);
          break;
      }
      return step();
    },
  };
}

function quiet(state: ReportState): Standing {
  return { state, fate: fateOf(state), roots: [], raises: false, awaited: false };
}
