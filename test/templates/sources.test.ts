import { describe, expect, it } from 'vitest';
import { parseFails, parsePrices, parseShortVolume } from '../../templates/short-score/scripts/sources.mjs';

const FINRA = 'Date|Symbol|ShortVolume|ShortExemptVolume|TotalVolume|Market';
const SEC = 'SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE';
const PRICES = 'date,symbol,open,high,low,close,volume,source';

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');

describe('FINRA’s short volume', () => {
  const row = '20210104|A|10|1|20|B,Q,N';
  it.each([
    [
      'cut in the middle of a row',
      lines(FINRA, row, '20210104|B|1'),
      /truncated: its last line must be the number of rows, found "20210104\|B\|1"/,
    ],
    ['cut in the middle of a line', `${FINRA}\n${row}\n1`, /truncated: its last line does not end/],
    ['rows missing', lines(FINRA, row, '2'), /its last line says 2 rows, it has 1/],
    [
      'another day',
      lines(FINRA, row.replace('0104', '0105'), '1'),
      /line 2 is of 20210105, but 20210104 was asked for/,
    ],
    ['a page of excuses', '<html>\n', /first line must be "Date\|Symbol.*found "<html>"/],
    ['a symbol twice', lines(FINRA, row, row, '2'), /it has A twice/],
    ['a word for a number', lines(FINRA, row.replace('|10|', '|ten|'), '1'), /line 2: "ten" is not a number/],
    [
      'a negative number',
      lines(FINRA, row.replace('|10|', '|-10|'), '1'),
      /line 2: "-10" is not a number of at least 0/,
    ],
    ['a field too few', lines(FINRA, '20210104|A|10|1|20', '1'), /line 2 must have 6 fields/],
    ['nothing', '', /first line must be/],
  ])('refuses %s', (_case, text, words) => {
    expect(() => parseShortVolume(text, '2021-01-04')).toThrow(words);
  });

  it('takes Windows line ends', () => {
    expect(parseShortVolume(lines(FINRA, row, '1').replaceAll('\n', '\r\n'), '2021-01-04')).toEqual([
      { symbol: 'A', short: 10, exempt: 1, total: 20 },
    ]);
  });
});

describe('the SEC’s fails', () => {
  const row = '20210104|123|A|386|ACME|116.38';
  const count = 'Trailer record count 1';
  const total = 'Trailer total quantity of shares 386';
  it.each([
    [
      'without trailer',
      lines(SEC, row),
      /must end with a line "Trailer total quantity of shares …", found "20210104/,
    ],
    [
      'with half a trailer',
      lines(SEC, row, count),
      /must end with a line "Trailer total quantity of shares …"/,
    ],
    ['with a wrong count', lines(SEC, row, row, count, total), /trailer says 1 records, it has 2/],
    [
      'with a wrong total',
      lines(SEC, row.replace('386', '387'), count, total),
      /trailer says 386 shares, its records hold 387/,
    ],
    [
      'of another month',
      lines(SEC, row.replace('202101', '202012'), count, total),
      /line 2 is of 20201204, but 2021-01/,
    ],
  ])('are refused %s', (_case, text, words) => {
    expect(() => parseFails(text, '2021-01-01')).toThrow(words);
  });

  it('may have a bar in a description', () => {
    const text = lines(SEC, '20210104|123|A|386|AC|ME|116.38', count, total);
    expect(parseFails(text, '2021-01-01')).toEqual([{ date: '20210104', symbol: 'A', quantity: 386 }]);
  });
});

describe('prices', () => {
  const row = '2021-01-04,A,1,2,0.5,1.5,1000,vendor';
  it.each([
    ['cut', `${PRICES}\n${row}`, /truncated: its last line does not end/],
    ['empty', lines(PRICES), /it has no rows/],
    ['of another day', lines(PRICES, row.replace('-04', '-05')), /line 2 is of 2021-01-05/],
    ['with a price missing', lines(PRICES, row.replace('1.5', '')), /line 2: "" is not a number/],
  ])('are refused when %s', (_case, text, words) => {
    expect(() => parsePrices(text, '2021-01-04')).toThrow(words);
  });
});
