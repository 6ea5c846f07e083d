// Our own CSV: a header, plain fields without quotes, numbers with a fixed number of decimals, so that the same
// input gives the same bytes.

/** @returns {Record<string, string>[]} one object a row, by the header's names */
export function parseTable(text) {
  const [header, ...lines] = text.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
  });
}

/**
 * @param {readonly string[]} names
 * @param {readonly Record<string, string | number | undefined>[]} rows
 */
export function formatTable(names, rows) {
  const lines = rows.map((row) => names.map((name) => row[name] ?? '').join(','));
  return `${[names.join(','), ...lines].join('\n')}\n`;
}

/** Empty stays empty: a value that is not there is not zero. */
export function numberOf(field) {
  return field === undefined || field === '' ? undefined : Number(field);
}

/** Fixed decimals; undefined stays empty. `-0.000` is `0.000`. */
export function fixed(value, decimals) {
  if (value === undefined) return undefined;
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}
