import type { InstanceId } from '../../model/partition.ts';
import type { Clock } from '../../ports.ts';
import type { AttemptOutcome } from '../attempt/work.ts';
import type { Emit } from '../events.ts';
import type { ProgressEvent, Step } from '../progress/step.ts';
import type { Orders, Pacer, TryEnd } from './pacer.ts';

export interface PacingOptions {
  readonly apply: (event: ProgressEvent) => void;
  readonly emit: Emit;
  readonly clock: Clock;
  /** Aborted: nobody has to be woken any more. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Between a run's loop and whoever paces it: tells what happens, and does what is said. */
export interface Pacing {
  begin(): void;
  /** Of each step that is taken. */
  stepped(step: Step): void;
  /** The plan has grown: there may be something to start, or nothing at all. */
  grown(): void;
  ended(id: InstanceId, outcome: AttemptOutcome | undefined): void;
}

export function createPacing(pacer: Pacer, { apply, emit, clock, signal, onError }: PacingOptions): Pacing {
  let wakesAtMs = Number.POSITIVE_INFINITY;

  const obey = ({ events, notes, againAtMs }: Orders): void => {
    for (const event of events) apply(event);
    const concurrency = pacer.atOnce();
    for (const message of notes) emit({ type: 'paced', concurrency, message });
    if (notes.length === 0 && events.some(({ type }) => type === 'paced'))
      emit({ type: 'paced', concurrency });
    if (againAtMs !== undefined && againAtMs < wakesAtMs) wakeAt(againAtMs).catch(onError);
  };

  /** Where all is still, what comes next is for the pacer to say, and that may leave all still once more. */
  const obeyUntilBusy = (orders: Orders): void => {
    obey(orders);
    for (let next = pacer.idle(clock.now()); !isNothing(next); next = pacer.idle(clock.now())) {
      obey(next);
      if (next.events.length === 0) return;
    }
  };

  const wakeAt = async (atMs: number): Promise<void> => {
    wakesAtMs = atMs;
    try {
      await clock.sleep(Math.max(0, atMs - clock.now()), signal);
    } catch {
      return;
    }
    // An earlier one has been asked for meanwhile, and has woken already.
    if (wakesAtMs === atMs) wakesAtMs = Number.POSITIVE_INFINITY;
    obeyUntilBusy(pacer.due(clock.now()));
  };

  return {
    begin: () => obeyUntilBusy(pacer.begin()),
    stepped({ start, settled }) {
      for (const { id } of settled) pacer.settled(id);
      for (const { id } of start) pacer.started(id, clock.now());
    },
    grown: () => obeyUntilBusy({ events: [], notes: [] }),
    ended: (id, outcome) => obeyUntilBusy(pacer.ended(id, endOf(outcome), clock.now())),
  };
}

function isNothing({ events, notes, againAtMs }: Orders): boolean {
  return events.length === 0 && notes.length === 0 && againAtMs === undefined;
}

/** Undefined: it was stopped before it began. */
function endOf(outcome: AttemptOutcome | undefined): TryEnd {
  switch (outcome?.kind) {
    case 'succeeded':
    case 'skipped':
    case 'unpublished':
      return { kind: 'good', ran: outcome.ran !== undefined };
    case 'unchanged':
    case 'taken':
    case 'republished':
      return { kind: 'good', ran: false };
    case 'put-back':
      return { kind: 'failed', failure: outcome.failure, putBack: true };
    case 'failed':
      return { kind: 'failed', failure: outcome.failure, putBack: false };
    case 'waiting': {
      const cause = { kind: 'not-ready', message: outcome.reason, transient: true } as const;
      return { kind: 'failed', failure: { cause, lastLines: [] }, putBack: false };
    }
    case 'held':
    case 'crowded':
    case 'retry':
      return { kind: 'away' };
    case 'cancelled':
    case 'blocked':
    case 'gone':
    case undefined:
      return { kind: 'none' };
  }
}
