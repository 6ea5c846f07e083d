// What each publisher's file must look like. Every check throws in words; nothing half enters the store.

const FINRA_HEADER = 'Date|Symbol|ShortVolume|ShortExemptVolume|TotalVolume|Market';
const SEC_HEADER = 'SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE';
const PRICES_HEADER = 'date,symbol,open,high,low,close,volume,source';

/**
 * By name, because the pipeline names one for each source. Each returns the rows.
 * @type {Record<string, (text: string, partition: string) => object[]>}
 */
export const SOURCES = { finra: parseShortVolume, sec: parseFails, prices: parsePrices };

/** FINRA's consolidated short sale volume of one day; its last line is the number of rows. */
export function parseShortVolume(text, date) {
  const lines = linesOf(text, FINRA_HEADER);
  const trailer = lines.pop() ?? '';
  if (!/^\d+$/.test(trailer)) {
    throw new Error(`it is truncated: its last line must be the number of rows, found "${shorten(trailer)}"`);
  }
  if (Number(trailer) !== lines.length) {
    throw new Error(`it is not whole: its last line says ${trailer} rows, it has ${lines.length}`);
  }
  const rows = lines.map((line, index) => {
    const [day, symbol, short, exempt, total, ...rest] = line.split('|');
    if (rest.length !== 1) throw new Error(`line ${index + 2} must have 6 fields, found "${shorten(line)}"`);
    expectDay(day, date.replaceAll('-', ''), index + 2);
    return {
      symbol,
      short: numberAt(short, index + 2),
      exempt: numberAt(exempt, index + 2),
      total: numberAt(total, index + 2),
    };
  });
  expectUnique(rows);
  return rows;
}

/** The SEC's fails-to-deliver of half a month; two trailer lines hold the record count and the share total. */
export function parseFails(text, half) {
  const lines = linesOf(text, SEC_HEADER);
  const total = trailerNumber(lines.pop(), 'Trailer total quantity of shares');
  const count = trailerNumber(lines.pop(), 'Trailer record count');
  if (count !== lines.length) {
    throw new Error(`it is not whole: its trailer says ${count} records, it has ${lines.length}`);
  }
  const rows = lines.map((line, index) => {
    // A description may hold a `|` of its own; the first four fields never do.
    const [date, , symbol, quantity] = line.split('|');
    if (quantity === undefined)
      throw new Error(`line ${index + 2} must have 6 fields, found "${shorten(line)}"`);
    if (!date.startsWith(half.slice(0, 7).replace('-', ''))) {
      throw new Error(`line ${index + 2} is of ${date}, but ${half.slice(0, 7)} was asked for`);
    }
    return { date, symbol, quantity: numberAt(quantity, index + 2) };
  });
  const sum = rows.reduce((shares, row) => shares + row.quantity, 0);
  if (sum !== total)
    throw new Error(`it is damaged: its trailer says ${total} shares, its records hold ${sum}`);
  return rows;
}

/** A vendor's daily bars. No trailer: a file that does not end with a newline was cut. */
export function parsePrices(text, date) {
  const lines = linesOf(text, PRICES_HEADER);
  const rows = lines.map((line, index) => {
    const [day, symbol, , , , close, volume, ...rest] = line.split(',');
    if (rest.length !== 1) throw new Error(`line ${index + 2} must have 8 fields, found "${shorten(line)}"`);
    expectDay(day, date, index + 2);
    return { symbol, close: numberAt(close, index + 2), volume: numberAt(volume, index + 2) };
  });
  if (rows.length === 0) throw new Error('it has no rows');
  expectUnique(rows);
  return rows;
}

function linesOf(text, header) {
  const lines = text.split(/\r?\n/);
  const first = lines.shift() ?? '';
  if (first.trim() !== header) {
    throw new Error(`its first line must be "${header}", found "${shorten(first)}"`);
  }
  if (lines.pop() !== '') throw new Error('it is truncated: its last line does not end');
  return lines;
}

function trailerNumber(line = '', name) {
  const [, number] = new RegExp(`^${name} (\\d+)$`).exec(line.trim()) ?? [];
  if (number === undefined) {
    throw new Error(`it is truncated: it must end with a line "${name} …", found "${shorten(line)}"`);
  }
  return Number(number);
}

function numberAt(field, line) {
  const number = Number(field);
  if (field === '' || !Number.isFinite(number) || number < 0) {
    throw new Error(`line ${line}: "${shorten(field)}" is not a number of at least 0`);
  }
  return number;
}

function expectDay(found, asked, line) {
  if (found !== asked) throw new Error(`line ${line} is of ${shorten(found)}, but ${asked} was asked for`);
}

function expectUnique(rows) {
  const seen = new Set();
  for (const { symbol } of rows) {
    if (seen.has(symbol)) throw new Error(`it has ${symbol} twice`);
    seen.add(symbol);
  }
}

function shorten(text) {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
