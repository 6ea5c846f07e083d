import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { State } from '../model/state.ts';
import type { Paint } from './paint.ts';
import { formatCounts, oneLine, shortId } from './words.ts';

/** Of these a person wants to see each, with its reason. */
const TROUBLE: readonly State[] = ['failed', 'blocked', 'lost'];
const TROUBLE_SHOWN = 5;

/** A line a task: how many of each state, over which time, and why where all have one reason. */
export function taskLines(plan: Plan, paint: Paint): readonly string[] {
  const tasks = new Map<string, PlannedInstance[]>();
  for (const instance of plan.instances) {
    const members = tasks.get(instance.task);
    if (members === undefined) tasks.set(instance.task, [instance]);
    else members.push(instance);
  }
  const lines = [...tasks].map(([task, members]) => {
    const open = members.filter(({ state }) => state !== 'done');
    const parts = [countsOf(members, paint), spanOf(open.length > 0 ? open : members), reasonOf(open)];
    return `${paint.bold(task)}: ${parts.filter((part) => part !== '').join(', ')}`;
  });
  const trouble = plan.instances.filter(({ state }) => TROUBLE.includes(state));
  const shown = trouble.slice(0, TROUBLE_SHOWN).map(({ id, state, reason }) => {
    return `  ${paint.state(state, state)} ${shortId(id)}${reason === state ? '' : `: ${oneLine(reason)}`}`;
  });
  const more = trouble.length - shown.length;
  return [...lines, ...shown, ...(more > 0 ? [`  … and ${more.toLocaleString('en-US')} more of these`] : [])];
}

function countsOf(members: readonly PlannedInstance[], paint: Paint): string {
  const counts: Partial<Record<State, number>> = {};
  for (const { state } of members) counts[state] = (counts[state] ?? 0) + 1;
  return formatCounts(counts, paint.state);
}

/** `2020-12-01 … 2021-02-12`; nothing where the first key is no time. */
function spanOf(members: readonly PlannedInstance[]): string {
  const values = members.flatMap(({ id }) => {
    const [, value = ''] = /\/[a-z][a-z0-9_-]*=(\d{4}[^/]*)/.exec(id) ?? [];
    return value === '' ? [] : [value.replaceAll('%3A', ':')];
  });
  let first = values[0] ?? '';
  let last = first;
  for (const value of values) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  return first === last ? first : `${first} … ${last}`;
}

function reasonOf(members: readonly PlannedInstance[]): string {
  const [first] = members;
  const isShared = members.every(({ reason }) => reason === first?.reason);
  return first === undefined || !isShared || first.reason === first.state ? '' : oneLine(first.reason);
}
