// One table for one day: short volume and closing price by symbol, in our spelling.
import { readInput, writeOutput, writeValue } from './folders.mjs';
import { parsePrices, parseShortVolume } from './sources.mjs';
import { canonicalSymbol, createSymbolLookup } from './symbols.mjs';
import { formatTable } from './table.mjs';

const date = process.env.SLUICE_PARAM_DATE;
const { rows, withoutPrice, withoutVolume } = joinDay(
  parseShortVolume(readInput('short-volume', 'source.txt'), date),
  parsePrices(readInput('prices', 'source.txt'), date),
);

writeOutput('daily.csv', formatTable(['symbol', 'short', 'total', 'close'], rows));
writeValue('without-price', withoutPrice.join(' '));
console.log(`${rows.length} symbols with short volume on ${date}`);
if (withoutPrice.length > 0) console.log(`no price for ${withoutPrice.length}: ${withoutPrice.join(' ')}`);
if (withoutVolume > 0) console.log(`${withoutVolume} with a price only, left out`);

function joinDay(volumes, prices) {
  const table = new Map(
    volumes.map(({ symbol, short, total }) => [canonicalSymbol(symbol), { short, total }]),
  );
  const lookup = createSymbolLookup(table.keys());
  const closes = new Map();
  let withoutVolume = 0;
  for (const { symbol, close } of prices) {
    const ours = lookup(symbol);
    if (ours === undefined) withoutVolume++;
    else closes.set(ours, close);
  }
  const rows = [...table]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, { short, total }]) => ({ symbol, short, total, close: closes.get(symbol) }));
  const withoutPrice = rows.filter((row) => row.close === undefined).map((row) => row.symbol);
  return { rows, withoutPrice, withoutVolume };
}
