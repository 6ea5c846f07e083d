import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFails, parsePrices, parseShortVolume } from '../../templates/short-score/scripts/sources.mjs';
import { dataFolder } from './data.ts';

describe('real files', () => {
  it('are whole, every one', () => {
    const volumes = readdirSync(join(dataFolder, 'finra-cnms'));
    expect(volumes).toHaveLength(51);
    for (const file of volumes) {
      const text = readFileSync(join(dataFolder, 'finra-cnms', file), 'latin1');
      expect(parseShortVolume(text, isoDate(file.slice(9, 17)))).toHaveLength(512);
    }
    for (const file of readdirSync(join(dataFolder, 'prices'))) {
      const text = readFileSync(join(dataFolder, 'prices', file), 'latin1');
      expect(parsePrices(text, isoDate(file.slice(7, 15))).length).toBeGreaterThan(500);
    }
    const half = readFileSync(join(dataFolder, 'sec-ftd/cnsfails202101a.txt'), 'latin1');
    expect(parseFails(half, '2021-01-01')).toHaveLength(1946);
  });

  it('fail wherever they are cut', () => {
    const text = readFileSync(join(dataFolder, 'finra-cnms/CNMSshvol20210104.txt'), 'latin1');
    const half = readFileSync(join(dataFolder, 'sec-ftd/cnsfails202101a.txt'), 'latin1');
    for (let at = 0; at < 60; at++) {
      expect(() => parseShortVolume(text.slice(0, -1 - at * 97), '2021-01-04')).toThrow(/truncated/);
      expect(() => parseFails(half.slice(0, -1 - at * 97), '2021-01-01')).toThrow(/truncated/);
    }
  });
});

function isoDate(digits: string): string {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
}
