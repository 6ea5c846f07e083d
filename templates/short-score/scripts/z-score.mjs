// Is today's five-day short ratio unusual for this symbol? Against its own last 20 trading days, today not counted.
import { readWindow, writeOutput } from './folders.mjs';
import { zScore } from './statistics.mjs';
import { fixed, formatTable, parseTable } from './table.mjs';

const HISTORY_AT_LEAST = 5;

const date = process.env.SLUICE_PARAM_DATE;
const today = new Map();
const history = new Map();
for (const day of readWindow('ratio', 'ratio.csv')) {
  for (const { symbol, ratio_5d: ratio } of parseTable(day.text)) {
    if (day.date === date) today.set(symbol, Number(ratio));
    else history.set(symbol, [...(history.get(symbol) ?? []), Number(ratio)]);
  }
}

const rows = [...today].map(([symbol, ratio]) => {
  const past = history.get(symbol) ?? [];
  return { symbol, days: past.length, z: fixed(zScore(ratio, past, HISTORY_AT_LEAST), 8) };
});
writeOutput('z-score.csv', formatTable(['symbol', 'days', 'z'], rows));
console.log(
  `${rows.filter((row) => row.z !== undefined).length} of ${rows.length} symbols have history enough`,
);
