import { escape } from './chart.mjs';
import { PARTS } from './formula.mjs';
import { STYLE } from './style.mjs';

/** The whole report as one file that needs nothing else. */
export function page({ date, leader, ranked, marketRatio, half, withoutPrice, chart, rows }) {
  const long = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(date),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Short-selling ranking ${date}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Short-selling ranking</h1>
<p>${escape(long)}</p>
</header>
<dl class="tiles">
${tile('First', escape(leader.symbol), `score ${Number(leader.score).toFixed(1)}`)}
${tile('Sold short, all symbols', percent(marketRatio), 'of the reported volume')}
${tile('Ranked', ranked, 'symbols')}
${tile('Fails to deliver', half === '' ? 'none out yet' : escape(half), half === '' ? 'left out of the score' : 'half-month from that day')}
</dl>
<section>
<h2>What the first ${Math.min(rows.length, 15)} scores are made of</h2>
<div class="scroll">
${chart}
</div>
</section>
<section>
<h2>The first ${rows.length}</h2>
<div class="scroll"><table>
<thead><tr><th>#</th><th title="places since the trading day before">±</th><th class="text">Symbol</th><th>Score</th><th>Short ratio</th><th>z-score</th><th>Fails / volume</th><th>Momentum</th></tr></thead>
<tbody>
${rows.map(row).join('\n')}
</tbody>
</table></div>
</section>
<footer>
${missing(half, withoutPrice)}
<p>Each part is the symbol's percentile among all symbols of the day; the score is their weighted mean:
${PARTS.map((part) => `${part.title} ${Math.round(part.weight * 100)} %`).join(', ')}.
Short ratio: share of the day's reported volume that was sold short (FINRA). z-score: its five-day ratio against its own last 20 trading days. Fails: average shares not delivered in the latest half-month that was out (SEC), by average daily volume. Momentum: the close over the last 20 trading days; a rising price squeezes those who are short.</p>
</footer>
</body>
</html>
`;
}

function row({ rank, change, symbol, score, ratio, z, fails, momentum }) {
  const cells = [
    `<td>${rank}</td>`,
    places(change),
    `<td class="text">${escape(symbol)}</td>`,
    `<td><b>${Number(score).toFixed(1)}</b></td>`,
    `<td>${percent(ratio)}</td>`,
    `<td>${signed(z, 2)}</td>`,
    `<td>${percent(fails, 3)}</td>`,
    `<td>${momentum === '' ? '–' : `${signed(Number(momentum) * 100, 1)} %`}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

function places(change) {
  if (change === undefined) return '<td class="quiet">–</td>';
  if (change === 0) return '<td class="quiet">=</td>';
  return change > 0 ? `<td class="up">▲ ${change}</td>` : `<td class="down">▼ ${-change}</td>`;
}

function tile(name, value, note) {
  return `<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`;
}

function missing(half, withoutPrice) {
  const notes = [];
  if (half === '') notes.push('No fails-to-deliver file was out by this day: ranked by the other parts.');
  if (withoutPrice.length > 0) {
    notes.push(
      `No price for ${withoutPrice.length} symbol${withoutPrice.length === 1 ? '' : 's'}, ranked by the other parts: ${escape(withoutPrice.join(', '))}.`,
    );
  }
  return notes.map((note) => `<p class="note">${note}</p>`).join('\n');
}

function percent(value, decimals = 1) {
  return value === '' ? '–' : `${(Number(value) * 100).toFixed(decimals)} %`;
}

function signed(value, decimals) {
  if (value === '') return '–';
  const text = Math.abs(Number(value)).toFixed(decimals);
  if (Number(text) === 0) return text;
  return `${Number(value) > 0 ? '+' : '−'}${text}`;
}
