import type { Format } from './shape/shape.ts';

/** Five fields as cron reads them; the walk over time is the scheduler's affair. */
export const cron: Format = {
  words: "a cron expression of five fields such as '30 16 * * 1-5'",
  pattern: /^\S+(\s+\S+){4}$/,
  check: (text) => {
    const parts = text.trim().split(/\s+/);
    for (const [index, field] of FIELDS.entries()) {
      const wrong = problemInField(parts[index] ?? '', field);
      if (wrong !== undefined) return { message: `in the cron expression "${text}": ${wrong}` };
    }
    return undefined;
  },
};

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 7, names: DAYS },
];

function problemInField(text: string, field: Field): string | undefined {
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) {
      return `the ${field.name} \`${part}\` has a step that is not a whole number`;
    }
    if (range === '*') continue;
    const ends = range.split('-').map((end) => valueIn(end, field));
    const [from, to, ...rest] = ends;
    if (from === undefined || rest.length > 0 || (ends.length === 2 && to === undefined)) {
      return `the ${field.name} \`${part}\` is not between ${String(field.min)} and ${String(field.max)}`;
    }
    if (to !== undefined && to < from) return `the ${field.name} \`${part}\` ends before it begins`;
  }
  return undefined;
}

function valueIn(text: string, field: Field): number | undefined {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + field.min;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : undefined;
}
