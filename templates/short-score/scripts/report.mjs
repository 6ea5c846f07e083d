// The day on one page: a chart of the first fifteen, a table of the first `top`, and what was missing.
import { bars } from './chart.mjs';
import { PARTS } from './formula.mjs';
import { readInput, writeOutput } from './folders.mjs';
import { page } from './page.mjs';
import { formatTable, numberOf, parseTable } from './table.mjs';

const IN_CHART = 15;

const date = process.env.SLUICE_PARAM_DATE;
const top = Number(process.env.SLUICE_PARAM_TOP);
const ranking = parseTable(readInput('score', 'score.csv'));
const first = ranking.slice(0, top);
const yesterday = ranksOf(readInput('yesterday', 'score.csv'));
const names = Object.keys(first[0]);

writeOutput(
  'top.csv',
  formatTable(
    ['date', ...names],
    first.map((row) => ({ date, ...row })),
  ),
);
writeOutput(
  'report.html',
  page({
    date,
    leader: first[0],
    ranked: ranking.length,
    marketRatio: marketRatio(parseTable(readInput('daily', 'daily.csv'))),
    half: process.env.FAILS_HALF,
    withoutPrice: process.env.WITHOUT_PRICE.split(' ').filter((symbol) => symbol !== ''),
    chart: bars(first.slice(0, IN_CHART).map((row) => ({ label: row.symbol, parts: contributions(row) }))),
    rows: first.map((row) => ({ ...row, change: change(row, yesterday) })),
  }),
);
console.log(`${first.length} of ${ranking.length} symbols in the report of ${date}`);

/** How many of the score's points each part gave. */
function contributions(row) {
  const known = PARTS.filter((part) => row[`${part.name}_points`] !== '');
  const weight = known.reduce((sum, part) => sum + part.weight, 0);
  return PARTS.map((part) => ({
    title: part.title,
    value: known.includes(part) ? (part.weight * Number(row[`${part.name}_points`])) / weight : 0,
  }));
}

/** Places won (positive) or lost since the trading day before; undefined where there is none to compare with. */
function change(row, yesterday) {
  const before = yesterday?.get(row.symbol);
  return before === undefined ? undefined : before - Number(row.rank);
}

function ranksOf(text) {
  return text === undefined
    ? undefined
    : new Map(parseTable(text).map((row) => [row.symbol, numberOf(row.rank)]));
}

function marketRatio(rows) {
  const sum = (name) => rows.reduce((total, row) => total + Number(row[name]), 0);
  return sum('short') / sum('total');
}
