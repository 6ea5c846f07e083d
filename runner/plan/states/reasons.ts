import type { Assessment } from './assessment.ts';
import type { Verdict } from './judge.ts';
import type { ScopedInstance } from '../scope/tables.ts';

/** A member as a person reads it beside its needer: the task alone where the rest is the same. */
export function memberName(needer: ScopedInstance, member: ScopedInstance): string {
  const { table } = member;
  const pipeline = table.pipeline.name;
  const task = table.foreign ? `${pipeline}/${table.task.name}` : table.task.name;
  const same =
    member.position === needer.position &&
    (member.variant.text === '' || member.variant.text === needer.variant.text);
  return same || (table.timeKey === undefined && member.variant.text === '')
    ? task
    : `${task}/${member.id.slice(pipeline.length + table.task.name.length + 2)}`;
}

/** The first cause behind a need that keeps its needer: followed through whatever stands between. */
export function causeOf(
  needer: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'waiting' | 'blocked' }>,
  assessed: readonly Assessment[],
): string {
  const member = findMember(needer, verdict);
  if (member === undefined) return verdict.member;
  const known = assessed[member.index];
  const name = memberName(needer, member);
  if (known === undefined) return name;
  if (!member.table.foreign && known.cause !== undefined && known.state !== 'unknown') {
    return startsWithOwnName(member, known.cause)
      ? `${name}${known.cause.slice(member.table.task.name.length)}`
      : known.cause;
  }
  switch (known.state) {
    case 'missing':
    case 'failed':
      return member.table.foreign && known.state === 'failed' ? `${name}, which failed` : name;
    default:
      return `${name}, ${known.reason}`;
  }
}

export function derivedReason(
  needer: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'derived' }>,
  assessed: readonly Assessment[],
): string {
  const { need } = verdict;
  if (verdict.counted !== undefined && need.positions > 1) {
    const wanted = need.atLeast === need.positions ? 'all' : String(need.atLeast);
    return `${need.name}: ${verdict.counted} of ${need.positions} positions can be there, ${wanted} must`;
  }
  if (need.select === 'latest' && need.members.length === 0) return `no ${need.name} was due by then`;
  const member = findMember(needer, verdict);
  const known = member === undefined ? undefined : assessed[member.index];
  if (member === undefined || known === undefined) return `there is no ${need.name} for it`;
  return known.cause ?? `${memberName(needer, member)} is ${verdict.state}: ${known.reason}`;
}

/** A few of many, so that a reason stays a line. */
export function sentence(parts: readonly string[]): string {
  const shown = parts.slice(0, 3).join(', ');
  return parts.length > 3 ? `${shown} and ${parts.length - 3} more` : shown;
}

/** The member that a verdict is about. */
export function findMember(
  needer: ScopedInstance,
  verdict: Extract<Verdict, { kind: 'derived' | 'waiting' | 'blocked' }>,
): ScopedInstance | undefined {
  const binding = needer.bindings.find((one) => one.need === verdict.need);
  return binding?.members.find((member) => member.id === verdict.member);
}

function startsWithOwnName(member: ScopedInstance, cause: string): boolean {
  return cause.startsWith(`${member.table.task.name},`);
}
