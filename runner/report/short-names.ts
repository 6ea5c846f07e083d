import stringWidth from 'string-width';

/**
 * Names of instances that fit into so many columns. What all of a task's have in common goes first, so that rows stay
 * apart; of one alone the middle goes, for its task stands at the beginning and what it is of at the end.
 */
export function shortNames(names: readonly string[], columns: number): readonly string[] {
  const tasks = new Map<string, string[]>();
  for (const name of names) {
    const task = name.split('/', 1)[0] ?? '';
    const members = tasks.get(task);
    if (members === undefined) tasks.set(task, [name]);
    else members.push(name);
  }
  return names.map((name) => {
    if (stringWidth(name) <= columns) return name;
    const beside = tasks.get(name.split('/', 1)[0] ?? '') ?? [];
    const start = commonLength(beside, (one, at) => one[at]);
    const rest = beside.map((one) => one.slice(start));
    const end = commonLength(rest, (one, at) => one.at(-1 - at));
    const differs = name.slice(start, name.length - end);
    const room = columns - differs.length;
    if (beside.length === 1 || room < MIN_AROUND) return withoutMiddle(name, columns);
    const behind = withoutEnd(name.slice(name.length - end), Math.max(room - start, room >> 1));
    return withoutEnd(name.slice(0, start), room - behind.length) + differs + behind;
  });
}

/** Less than that tells nobody the task. */
const MIN_AROUND = 8;

function commonLength(
  names: readonly string[],
  at: (name: string, index: number) => string | undefined,
): number {
  const [first = ''] = names;
  let length = 0;
  while (length < first.length && names.every((name) => at(name, length) === at(first, length))) length += 1;
  return length;
}

function withoutEnd(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

function withoutMiddle(name: string, columns: number): string {
  const start = Math.floor(columns / 3);
  return `${name.slice(0, start)}…${name.slice(start + 1 - columns)}`;
}
