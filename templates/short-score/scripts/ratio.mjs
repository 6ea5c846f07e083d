// The share of volume that was sold short: of the day, and of the last five trading days together (steadier).
import { readWindow, writeOutput } from './folders.mjs';
import { fixed, formatTable, parseTable } from './table.mjs';

const date = process.env.SLUICE_PARAM_DATE;
const sums = new Map();
for (const day of readWindow('daily', 'daily.csv')) {
  for (const { symbol, short, total } of parseTable(day.text)) {
    const sum = sums.get(symbol) ?? { short: 0, total: 0, days: 0 };
    sum.short += Number(short);
    sum.total += Number(total);
    sum.days += 1;
    if (day.date === date && Number(total) > 0) sum.today = Number(short) / Number(total);
    sums.set(symbol, sum);
  }
}

// Only what was traded today is ranked today.
const rows = [...sums]
  .filter(([, sum]) => sum.today !== undefined)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([symbol, sum]) => ({
    symbol,
    days: sum.days,
    ratio: fixed(sum.today, 8),
    ratio_5d: fixed(sum.short / sum.total, 8),
    volume_5d: fixed(sum.total / sum.days, 3),
  }));
writeOutput('ratio.csv', formatTable(['symbol', 'days', 'ratio', 'ratio_5d', 'volume_5d'], rows));
console.log(`${rows.length} symbols traded on ${date}`);
