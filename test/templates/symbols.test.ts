import { describe, expect, it } from 'vitest';
import { canonicalSymbol, createSymbolLookup } from '../../templates/short-score/scripts/symbols.mjs';

describe('symbols', () => {
  it('brings FINRA’s, the vendors’ and the SEC’s spelling of one stock together', () => {
    const lookup = createSymbolLookup(['A', 'BRK.B', 'BF.B']);
    expect(canonicalSymbol('BRK/B')).toBe('BRK.B');
    expect(['BRK.B', 'BRK/B', 'BRK-B', 'BRK B', 'BRKB'].map(lookup)).toEqual(Array(5).fill('BRK.B'));
    expect(lookup('BFB')).toBe('BF.B');
  });

  it('keeps case apart: a preferred share is not another stock', () => {
    const lookup = createSymbolLookup(['ABRpA', 'ABRPA']);
    expect(lookup('ABRpA')).toBe('ABRpA');
    expect(lookup('ABRPA')).toBe('ABRPA');
  });

  it('prefers the exact name and gives none for a spelling that fits two', () => {
    const lookup = createSymbolLookup(['AB.C', 'A.BC', 'AB', 'A.B']);
    expect(lookup('ABC')).toBeUndefined();
    expect(lookup('AB')).toBe('AB');
    expect(lookup('A.B')).toBe('A.B');
    expect(lookup('XYZ')).toBeUndefined();
  });
});
