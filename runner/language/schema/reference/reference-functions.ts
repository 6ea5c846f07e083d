import { FUNCTIONS, STATUS_FUNCTIONS } from '../../expression/functions.ts';
import type { ExpressionFunction } from '../../expression/function.ts';
import { LETTERS } from '../../expression/format-date.ts';
import { readTime } from '../../expression/time.ts';
import { tableCell } from './reference-value.ts';

/** The functions that expressions may call. */
export function functionsSection(): string {
  return [
    '### Functions',
    'Case does not count in their names. Those on times take values of every time type as they are written in partitions, and answer in the same grain; asking a month for its day is an error in words.',
    functionTable(FUNCTIONS),
    `In \`if\` only: ${STATUS_FUNCTIONS.map((name) => `\`${name}()\``).join(', ')}. A task that calls one of the last two, or the first, is a hook.`,
    '### Patterns of `formatDate`',
    `For the minute ${SAMPLE}; all else must stand in quotes, which are doubled inside an expression’s text: \`formatDate(params.hour, 'yyyyMMdd''T''HH')\`.`,
    letterTable(),
  ].join('\n\n');
}

function functionTable(functions: readonly ExpressionFunction[]): string {
  const rows = functions.map(
    ({ signature, description, example }) =>
      `| \`${tableCell(signature)}\` | ${tableCell(description)} | \`${tableCell(example.call)}\` → \`${tableCell(example.result)}\` |`,
  );
  return ['| function | meaning | example |\n| --- | --- | --- |', ...rows].join('\n');
}

const SAMPLE = '2021-02-05T07:15';

function letterTable(): string {
  const time = readTime(SAMPLE);
  const rows = Object.entries(LETTERS).map(([letters, write]) => `| \`${letters}\` | \`${write(time)}\` |`);
  return ['| letters | gives |\n| --- | --- |', ...rows].join('\n');
}
