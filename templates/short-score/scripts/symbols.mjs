// One stock, three spellings: FINRA writes `BRK/B`, price vendors `BRK.B` or `BRK-B`, the SEC `BRKB`.
// Ours is the one with a dot. Case stands: FINRA's `ABRpA` (a preferred share) is not `ABRPA`.

/** Our spelling of a symbol that still has its separator. */
export function canonicalSymbol(symbol) {
  return symbol.trim().replace(/[/\-\s]+/g, '.');
}

/**
 * Finds our symbol for a spelling without separators. Which of `BRKB`'s letters are the class is not in the
 * text, so it takes the list of symbols that exist. An exact match wins; a spelling that fits two symbols fits none.
 * @param {Iterable<string>} symbols canonical
 * @returns {(spelling: string) => string | undefined}
 */
export function createSymbolLookup(symbols) {
  const exact = new Set();
  const bare = new Map();
  for (const symbol of symbols) {
    exact.add(symbol);
    const key = symbol.replaceAll('.', '');
    bare.set(key, bare.has(key) && bare.get(key) !== symbol ? undefined : symbol);
  }
  return (spelling) => {
    const symbol = canonicalSymbol(spelling);
    return exact.has(symbol) ? symbol : bare.get(symbol.replaceAll('.', ''));
  };
}
