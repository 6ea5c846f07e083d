// The average number of shares that were not delivered, by symbol (the SEC's spelling), over the half-month's
// settlement dates. A symbol without a record on a date had none that day.
import { readInput, writeOutput } from './folders.mjs';
import { parseFails } from './sources.mjs';
import { fixed, formatTable } from './table.mjs';

const half = process.env.SLUICE_PARAM_HALF;
const records = parseFails(readInput('fails', 'source.txt'), half);
const dates = new Set(records.map((record) => record.date));
const shares = new Map();
for (const { symbol, quantity } of records) shares.set(symbol, (shares.get(symbol) ?? 0) + quantity);

const rows = [...shares]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([symbol, sum]) => ({ symbol, fails: fixed(sum / dates.size, 3), half }));
writeOutput('fails.csv', formatTable(['symbol', 'fails', 'half'], rows));
console.log(
  `${rows.length} symbols with fails on ${dates.size} settlement dates of the half-month from ${half}`,
);
