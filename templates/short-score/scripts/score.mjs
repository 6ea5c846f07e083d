// The ranking of one day: joins the parts and applies the formula.
import { rankStocks } from './formula.mjs';
import { readInput, writeOutput, writeValue } from './folders.mjs';
import { createSymbolLookup } from './symbols.mjs';
import { fixed, formatTable, numberOf, parseTable } from './table.mjs';

const ratios = parseTable(readInput('ratio', 'ratio.csv'));
const zScores = columnOf(readInput('z-score', 'z-score.csv'), 'z');
const momentum = columnOf(readInput('momentum', 'momentum.csv'), 'momentum');
const failsFile = readInput('fails-by-symbol', 'fails.csv');
const fails = failsFile === undefined ? undefined : failsBySymbol(parseTable(failsFile), ratios);

const ranking = rankStocks(
  ratios.map(({ symbol, ratio, volume_5d: volume }) => ({
    symbol,
    values: {
      ratio: Number(ratio),
      z: zScores.get(symbol),
      // No record means no fails, as soon as there is a file at all.
      fails: fails === undefined ? undefined : (fails.get(symbol) ?? 0) / Number(volume),
      momentum: momentum.get(symbol),
    },
  })),
);

const NAMES = ['rank', 'symbol', 'score', 'ratio', 'z', 'fails', 'momentum'];
const POINTS = ['ratio_points', 'z_points', 'fails_points', 'momentum_points'];
writeOutput('score.csv', formatTable([...NAMES, ...POINTS], ranking.map(rowOf)));
writeValue('half', failsFile === undefined ? '' : parseTable(failsFile)[0].half);
console.log(
  `${ranking.length} symbols ranked; first: ${ranking[0].symbol} with ${ranking[0].score.toFixed(1)}`,
);
if (fails === undefined) console.log('no fails-to-deliver file was out yet: ranked without');
const still = ranking.filter((stock) => stock.values.momentum === undefined).length;
if (still > 0)
  console.log(`${still} without momentum (no price today, or none before): ranked by their other parts`);

function rowOf({ rank, symbol, score, values, points }) {
  return {
    rank,
    symbol,
    score: fixed(score, 4),
    ratio: fixed(values.ratio, 6),
    z: fixed(values.z, 6),
    fails: fixed(values.fails, 8),
    momentum: fixed(values.momentum, 6),
    ratio_points: fixed(points.ratio, 4),
    z_points: fixed(points.z, 4),
    fails_points: fixed(points.fails, 4),
    momentum_points: fixed(points.momentum, 4),
  };
}

function columnOf(text, name) {
  return new Map(parseTable(text).map((row) => [row.symbol, numberOf(row[name])]));
}

function failsBySymbol(rows, known) {
  const lookup = createSymbolLookup(known.map((row) => row.symbol));
  const bySymbol = new Map();
  for (const { symbol, fails } of rows) {
    const ours = lookup(symbol);
    if (ours !== undefined) bySymbol.set(ours, (bySymbol.get(ours) ?? 0) + Number(fails));
  }
  return bySymbol;
}
