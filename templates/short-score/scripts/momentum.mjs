// How far a close has moved over the last 20 trading days, or since the symbol's first price in them.
import { readWindow, writeOutput } from './folders.mjs';
import { fixed, formatTable, parseTable } from './table.mjs';

const date = process.env.SLUICE_PARAM_DATE;
const closes = new Map();
for (const day of readWindow('daily', 'daily.csv')) {
  for (const { symbol, close } of parseTable(day.text)) {
    if (close === '' || Number(close) === 0) continue;
    const seen = closes.get(symbol) ?? { first: Number(close), since: day.date };
    closes.set(symbol, { ...seen, last: Number(close), until: day.date });
  }
}

const rows = [...closes]
  .filter(([, seen]) => seen.until === date && seen.since < date)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([symbol, seen]) => ({ symbol, since: seen.since, momentum: fixed(seen.last / seen.first - 1, 8) }));
writeOutput('momentum.csv', formatTable(['symbol', 'since', 'momentum'], rows));
console.log(`${rows.length} symbols with a price on ${date} and before`);
