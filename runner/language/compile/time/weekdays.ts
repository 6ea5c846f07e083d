const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `mon-fri`, `mon,wed`, or a range over the week's end (`sun-thu`), as ISO numbers (Monday is 1), ascending. */
export function parseWeekdays(written: readonly string[]): readonly number[] {
  const found = new Set<number>();
  for (const range of written.flatMap((text) => text.split(','))) {
    const [first = '', last = first] = range.trim().split('-');
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < 0) continue;
    for (let day = from; ; day = (day + 1) % 7) {
      found.add(day + 1);
      if (day === to) break;
    }
  }
  return [...found].sort((a, b) => a - b);
}
