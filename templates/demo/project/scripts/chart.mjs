// Three panels below each other: a line with its range for temperature and wind, bars for rain.
import { readFileSync, writeFileSync } from 'node:fs';

const WIDTH = 860;
const LEFT = 44;
const PANEL = 150;
const GAP = 66;
const PANELS = [
  {
    measure: 'temperature',
    title: 'Temperature',
    unit: '°C, mean of the days, their lows and highs',
    color: 'warm',
  },
  { measure: 'rain', title: 'Rain', unit: 'mm in the month', color: 'wet' },
  { measure: 'wind', title: 'Wind', unit: 'm/s, mean of the days, calmest and windiest', color: 'air' },
];

const month = process.env.SLUICE_PARAM_MONTH;
const panels = PANELS.map((panel) => ({ ...panel, rows: readTrend(panel.measure) }));
writeFileSync('/outputs/chart.html', page(panels.map(drawPanel).join('\n')));
console.log(`${panels.length} panels up to ${month}`);

function readTrend(measure) {
  // Three instances come in, each in a folder named by its keys and matrix values.
  const text = readFileSync(`/inputs/trend/month=${month}/measure=${measure}/trend.csv`, 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [name, ...numbers] = line.split(',');
      const [value, low, high] = numbers.map((field) => (field === '' ? undefined : Number(field)));
      return { name, value, low: low ?? value, high: high ?? value, banded: low !== undefined };
    });
}

function drawPanel({ title, unit, color, rows }, index) {
  const top = 28 + index * (PANEL + GAP);
  const highest = Math.max(...rows.map((row) => row.high));
  const lowest = Math.min(0, ...rows.map((row) => row.low));
  const step = niceStep((highest - lowest) / 3);
  const [from, to] = [Math.floor(lowest / step) * step, Math.ceil(highest / step) * step];
  const y = (value) => round(top + PANEL - ((value - from) / (to - from)) * PANEL);
  const slot = (WIDTH - LEFT) / rows.length;
  const x = (place) => round(LEFT + slot * (place + 0.5));
  const ticks = [];
  for (let tick = from; tick <= to + step / 2; tick += step) {
    ticks.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y(tick)}" y2="${y(tick)}"/><text class="tick" x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    );
  }
  const labels = rows.map(
    ({ name }, place) =>
      `<text class="${name === month ? 'now' : 'tick'}" x="${x(place)}" y="${top + PANEL + 18}" text-anchor="middle">${shortMonth(name)}</text>`,
  );
  const shape = rows.every((row) => row.banded) ? band(rows, x, y) : columns(rows, x, y, slot);
  return `<g class="${color}"><text class="title" x="${LEFT}" y="${top - 14}">${title} <tspan class="tick">${unit}</tspan></text>${ticks.join('')}${shape}${labels.join('')}</g>`;
}

function band(rows, x, y) {
  const upper = rows.map((row, place) => `${x(place)},${y(row.high)}`);
  const lower = rows.map((row, place) => `${x(place)},${y(row.low)}`).reverse();
  const line = rows.map((row, place) => `${x(place)},${y(row.value)}`);
  const dots = rows.map(
    (row, place) =>
      `<circle cx="${x(place)}" cy="${y(row.value)}" r="3.5"><title>${row.name}: ${row.value} (${row.low} to ${row.high})</title></circle>`,
  );
  return `<polygon points="${[...upper, ...lower].join(' ')}"/><polyline points="${line.join(' ')}"/>${dots.join('')}`;
}

function columns(rows, x, y, slot) {
  const width = round(slot * 0.56);
  return rows
    .map(
      (row, place) =>
        `<rect x="${round(x(place) - width / 2)}" y="${y(row.value)}" width="${width}" height="${round(y(0) - y(row.value))}" rx="2"><title>${row.name}: ${row.value}</title></rect>`,
    )
    .join('');
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

function shortMonth(name) {
  const letters = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice((Number(name.slice(5)) - 1) * 3).slice(0, 3);
  return `${letters} ${name.slice(2, 4)}`;
}

function round(value) {
  return Number(value.toFixed(1));
}

function page(chart) {
  const height = 28 + PANELS.length * (PANEL + GAP);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Seattle's weather up to ${month}</title>
<style>
:root { color-scheme: light dark; --ink: #1d2433; --quiet: #677084; --line: #e3e6ec; --paper: #fff; --warm: #d9702e; --wet: #2f6db5; --air: #2f9a86; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --quiet: #98a1b3; --line: #2c3342; --paper: #141822; --warm: #e88f55; --wet: #5b96dc; --air: #4fb9a4; } }
body { margin: 0 auto; padding: 32px 24px; max-width: 908px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0 0 4px; font-size: 26px; letter-spacing: -0.02em; }
p { margin: 0 0 20px; color: var(--quiet); }
svg { width: 100%; height: auto; font-size: 13px; fill: var(--ink); }
.title { font-size: 15px; font-weight: 650; }
.tick { fill: var(--quiet); font-size: 12px; font-weight: 400; }
.now { font-size: 12px; font-weight: 700; }
.grid { stroke: var(--line); }
.warm { --color: var(--warm); } .wet { --color: var(--wet); } .air { --color: var(--air); }
polygon { fill: var(--color); opacity: 0.16; }
polyline { fill: none; stroke: var(--color); stroke-width: 2.5; stroke-linejoin: round; }
circle, rect { fill: var(--color); }
</style>
</head>
<body>
<h1>Seattle's weather</h1>
<p>The twelve months up to ${shortMonth(month)}: temperature, rain and wind, each made by a task of its own from a window of months.</p>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Temperature, rain and wind by month">
${chart}
</svg>
</body>
</html>
`;
}
