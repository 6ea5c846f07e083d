// Who was among the first again and again: one row a symbol over all trading days of the month.
import { readWindow, writeOutput } from './folders.mjs';
import { mean } from './statistics.mjs';
import { fixed, formatTable, parseTable } from './table.mjs';

const month = process.env.SLUICE_PARAM_MONTH;
const top = Number(process.env.SLUICE_PARAM_TOP);
const symbols = new Map();
const days = readWindow('score', 'score.csv');
for (const { text } of days) {
  for (const { symbol, rank, score } of parseTable(text)) {
    const seen = symbols.get(symbol) ?? { ranks: [], scores: [] };
    seen.ranks.push(Number(rank));
    seen.scores.push(Number(score));
    symbols.set(symbol, seen);
  }
}

const rows = [...symbols]
  .map(([symbol, { ranks, scores }]) => ({
    symbol,
    days: ranks.length,
    days_in_top: ranks.filter((rank) => rank <= top).length,
    best_rank: Math.min(...ranks),
    mean_score: fixed(mean(scores), 4),
  }))
  .sort(
    (a, b) => b.days_in_top - a.days_in_top || b.mean_score - a.mean_score || (a.symbol < b.symbol ? -1 : 1),
  );
writeOutput('month.csv', formatTable(['symbol', 'days', 'days_in_top', 'best_rank', 'mean_score'], rows));
console.log(`${month}: ${days.length} trading days, most often in the top ${top}: ${rows[0].symbol}`);
