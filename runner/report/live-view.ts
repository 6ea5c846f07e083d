import type { RunEvent } from '../model/event.ts';
import type { InstanceId } from '../model/partition.ts';
import type { ReportState } from '../model/state.ts';

export interface RunningInstance {
  readonly id: InstanceId;
  readonly task: string;
  readonly startedAt: number;
  lastLine: string;
}

/** What the events so far add up to: the numbers behind the live table. */
export interface LiveView {
  readonly running: Map<InstanceId, RunningInstance>;
  /** On what others have, in words. */
  readonly waiting: Map<InstanceId, string>;
  readonly images: Map<string, string>;
  readonly counts: Map<ReportState, number>;
  readonly taskOf: Map<InstanceId, string>;
  readonly secondsByTask: Map<string, { total: number; count: number }>;
  /** By task: instances that are still to run. */
  readonly pending: Map<string, number>;
  startedAt: number;
  toDo: number;
  finished: number;
}

export function createLiveView(): LiveView {
  return {
    running: new Map(),
    waiting: new Map(),
    images: new Map(),
    counts: new Map(),
    taskOf: new Map(),
    secondsByTask: new Map(),
    pending: new Map(),
    startedAt: 0,
    toDo: 0,
    finished: 0,
  };
}

export function applyEvent(view: LiveView, event: RunEvent): void {
  switch (event.type) {
    case 'run-started':
      view.startedAt = Date.parse(event.at);
      for (const instance of event.plan.instances) {
        view.taskOf.set(instance.id, instance.task);
        if (instance.action === 'none') continue;
        expect(view, instance.task, 1);
      }
      return;
    case 'plan-grown':
      for (const { id, task, action } of event.added) {
        view.taskOf.set(id, task);
        if (action !== 'none') expect(view, task, 1);
      }
      for (const id of event.replaced) expect(view, view.taskOf.get(id) ?? id, -1);
      return;
    case 'instance-started': {
      const task = view.taskOf.get(event.id) ?? event.id;
      view.waiting.delete(event.id);
      view.running.set(event.id, { id: event.id, task, startedAt: Date.parse(event.at), lastLine: '' });
      return;
    }
    case 'image-progress':
      if (event.done) view.images.delete(event.image);
      else view.images.set(event.image, event.message);
      return;
    case 'log': {
      const running = view.running.get(event.id);
      if (running !== undefined && event.line.trim() !== '') running.lastLine = event.line;
      return;
    }
    case 'retry-scheduled':
    case 'put-back':
      view.running.delete(event.id);
      return;
    case 'waiting-on-claim':
      view.waiting.set(event.id, `waiting on run ${event.run}`);
      return;
    case 'waiting-on-pool':
      view.waiting.set(event.id, `waiting on ${event.kind} ${event.name}`);
      return;
    case 'instance-finished': {
      const { result } = event;
      view.running.delete(result.id);
      view.waiting.delete(result.id);
      view.counts.set(result.state, (view.counts.get(result.state) ?? 0) + 1);
      const left = view.pending.get(result.task);
      if (left !== undefined) {
        view.pending.set(result.task, Math.max(0, left - 1));
        view.finished += 1;
      }
      if (result.state === 'succeeded' && result.seconds !== undefined) {
        const seconds = view.secondsByTask.get(result.task) ?? { total: 0, count: 0 };
        seconds.total += result.seconds;
        seconds.count += 1;
        view.secondsByTask.set(result.task, seconds);
      }
      return;
    }
    case 'deadline-passed':
    case 'warning':
    case 'paced':
    case 'interrupted':
    case 'run-finished':
      return;
  }
}

/**
 * Seconds until the end: the mean duration of each task so far times what is left of it, divided by the number that
 * run side by side. Undefined until every pending task has finished once or half of all is done.
 */
export function estimateSeconds(view: LiveView, now: number): number | undefined {
  if (view.finished === 0) return undefined;
  let work = 0;
  let unknown = 0;
  for (const [task, left] of view.pending) {
    const seconds = view.secondsByTask.get(task);
    if (seconds === undefined) unknown += left;
    else work += (seconds.total / seconds.count) * left;
  }
  if (unknown > (view.toDo - view.finished) / 2) return undefined;
  const elapsed = (now - view.startedAt) / 1000;
  const done = [...view.secondsByTask.values()].reduce((sum, seconds) => sum + seconds.total, 0);
  const width = elapsed > 0 ? Math.max(done / elapsed, 0.1) : 1;
  const known = view.toDo - view.finished - unknown;
  const scale = known > 0 ? (known + unknown) / known : 1;
  return (work * scale) / width;
}

/** So many more of a task are to end, or fewer. */
function expect(view: LiveView, task: string, more: number): void {
  view.toDo += more;
  view.pending.set(task, (view.pending.get(task) ?? 0) + more);
}
