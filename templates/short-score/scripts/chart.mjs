const WIDTH = 920;
const LABEL = 64;
const RIGHT = 46;
const ROW = 26;
const BAR = 16;
const TOP = 34;
const AXIS = 24;

/**
 * Horizontal stacked bars from 0 to 100, as an SVG element. Colours are the page's classes `part-0`, `part-1`, …
 * @param {readonly { label: string, parts: readonly { title: string, value: number }[] }[]} rows
 */
export function bars(rows) {
  const height = TOP + rows.length * ROW + AXIS;
  const scale = (WIDTH - LABEL - RIGHT) / 100;
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Score by part, first ${rows.length}">`,
    legend(rows),
    ...[0, 25, 50, 75, 100].map((tick) => gridLine(LABEL + tick * scale, tick, height)),
    ...rows.map((row, index) => bar(row, TOP + index * ROW, scale)),
    '</svg>',
  ].join('\n');
}

function bar({ label, parts }, y, scale) {
  let x = LABEL;
  const pieces = parts.map(({ title, value }, index) => {
    const width = value * scale;
    const piece = `<rect class="part-${index}" x="${round(x)}" y="${y + (ROW - BAR) / 2}" width="${round(width)}" height="${BAR}"><title>${escape(label)}: ${escape(title)} ${value.toFixed(1)}</title></rect>`;
    x += width;
    return value > 0 ? piece : '';
  });
  const middle = y + ROW / 2 + 4.5;
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return [
    `<text class="name" x="${LABEL - 10}" y="${middle}" text-anchor="end">${escape(label)}</text>`,
    ...pieces,
    `<text class="total" x="${round(x + 8)}" y="${middle}">${total.toFixed(1)}</text>`,
  ].join('');
}

/** Of the parts that are in the picture: in the first days some are not known for anyone. */
function legend(rows) {
  let x = LABEL;
  const parts = rows[0]?.parts ?? [];
  return parts
    .map(({ title }, index) => {
      if (rows.every((row) => row.parts[index].value === 0)) return '';
      const entry = `<rect class="part-${index}" x="${x}" y="6" width="11" height="11" rx="2"/><text x="${x + 17}" y="16">${escape(title)}</text>`;
      x += 44 + title.length * 7;
      return entry;
    })
    .join('');
}

function gridLine(x, tick, height) {
  const bottom = height - AXIS + 2;
  return `<line class="grid" x1="${round(x)}" y1="${TOP - 4}" x2="${round(x)}" y2="${bottom}"/><text class="tick" x="${round(x)}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`;
}

function round(value) {
  return Number(value.toFixed(2));
}

/** Text that came from outside, safe in an element and in a quoted attribute. */
export function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
