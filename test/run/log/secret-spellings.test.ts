import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../../runner/run/log/mask.ts';

/** Recorded from the programs themselves; those of PHP, Ruby, Gson and Jackson written down from their manuals. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'spellings.json'), 'utf8')) as {
  readonly secret: string;
  readonly spellings: Readonly<Record<string, string>>;
};

describe('a secret is masked as it is spelled by', () => {
  const masker = createMasker({ KEY: golden.secret });
  it.each(Object.entries(golden.spellings))('%s', (_, spelled) => {
    expect(masker.text(`<${spelled}>`)).toBe('<***>');
  });
});

it.each([0, 1, 2])('base64 hides it in both alphabets, %i bytes behind the beginning', (before) => {
  // Its encoding has signs in which the alphabets differ.
  const secret = '>>>???~~~þÿþÿ>>>???';
  const masker = createMasker({ KEY: secret });
  const bytes = Buffer.from(`${'u'.repeat(before)}${secret}and more`);
  for (const alphabet of ['base64', 'base64url'] as const) {
    const masked = masker.text(bytes.toString(alphabet));
    expect(masked).toContain('***');
    // Three characters at most share bits with what stands beside it.
    expect(masked.replace('***', '').length).toBeLessThan(before * 2 + 16);
  }
});

describe('each text in a secret that is JSON is masked by itself', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n';
  const secret = JSON.stringify({ id: 17, on: true, user: { name: 'robot-7', keys: [key, 'pa"ss'] } });
  const masker = createMasker({ ACCOUNT: secret });

  it('as it is', () => {
    expect(masker.text('user robot-7 logs in with pa"ss')).toBe('user *** logs in with ***');
    expect(masker.text('MIIEvQIBADANBgkqhkiG9w0BAQ')).toBe('***');
  });

  it('as JSON spells it, and encoded', () => {
    expect(masker.text(JSON.stringify({ password: 'pa"ss' }))).toBe('{"password":"***"}');
    expect(masker.text(Buffer.from('robot-7').toString('hex').toUpperCase())).toBe('***');
  });

  it('but not names, numbers and what only looks like JSON', () => {
    expect(masker.text('id 17, on: true, keys')).toBe('id 17, on: true, keys');
    expect(createMasker({ KEY: '{broken "json-text"' }).text('json-text')).toBe('json-text');
  });
});

it('harmless text passes, however many spellings are looked for', () => {
  const masker = createMasker({ A: golden.secret, B: 'x'.repeat(300), C: '{"k":"value-of-k"}' });
  const text = '2021-01-29T12:00:00Z INFO 104 105 rows [1, 2, 3] 0x1f é "quoted" %20 a+b=c ok\n'.repeat(200);
  expect(masker.text(text)).toBe(text);
});
