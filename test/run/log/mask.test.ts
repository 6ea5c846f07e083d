import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMasker, type Masker } from '../../../runner/run/log/mask.ts';

function inPieces(masker: Masker, bytes: Buffer, cuts: readonly number[]): string {
  const stream = masker.stream();
  const places = [...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const to of [...places, bytes.length]) {
    // A fresh copy that is overwritten afterwards: nothing may be kept of what was handed in.
    const piece = Buffer.from(bytes.subarray(from, to));
    pieces.push(Buffer.from(stream.push(piece)));
    piece.fill(0x21);
    from = to;
  }
  pieces.push(stream.end());
  return Buffer.concat(pieces).toString('utf8');
}

const SECRET = 'hunter2-Zürich/key+1';

describe('a secret is masked', () => {
  const masker = createMasker({ KEY: SECRET });

  test('as it is', () => {
    expect(masker.text(`token=${SECRET};`)).toBe('token=***;');
  });

  test('URL-encoded, in every spelling of it', () => {
    const encoded = encodeURIComponent(SECRET);
    expect(masker.text(`?k=${encoded}&`)).toBe('?k=***&');
    expect(masker.text(encoded.replaceAll(/%../g, (code) => code.toLowerCase()))).toBe('***');
  });

  test('in a JSON string', () => {
    const quoted = createMasker({ KEY: 'say "hello"\tnow' });
    expect(quoted.text(JSON.stringify({ key: 'say "hello"\tnow' }))).toBe('{"key":"***"}');
  });

  test.each(['', 'u', 'us', 'user:'])('base64-encoded behind "%s"', (before) => {
    const core = Buffer.from(SECRET).toString('base64').slice(4, -6);
    const encoded = Buffer.from(`${before}${SECRET}@host`).toString('base64');
    const masked = masker.text(`Basic ${encoded}`);
    expect(masked).toContain('***');
    expect(masked).not.toContain(core);
    expect(masker.text(Buffer.from(`${before}${SECRET}`).toString('base64url'))).toContain('***');
  });

  test('base64-encoded and wrapped, as the base64 command prints it', () => {
    const long = Array.from({ length: 40 }, (_, n) => `part-${n}`).join('-');
    const wrapped = Buffer.from(long).toString('base64').replaceAll(/.{76}/g, '$&\n');
    const masked = createMasker({ LONG: long }).text(wrapped);
    for (const line of wrapped.split('\n').filter((text) => text.length >= 8))
      expect(masked).not.toContain(line);
  });

  test('line by line, but not for lines that are no secret by themselves', () => {
    const pem = createMasker({ PEM: '{\n  first-line-of-key\r\nsecond-line-of-key\n}' });
    expect(pem.text('a second-line-of-key b')).toBe('a *** b');
    expect(pem.text('first-line-of-key')).toBe('***');
    expect(pem.text('{ } ok')).toBe('{ } ok');
  });

  test('one that lies within another, and two that overlap, leave nothing readable', () => {
    const both = createMasker({ A: 'abcdef', B: 'defghi', C: 'cde-long' });
    expect(both.text('xabcdefghiy')).toBe('x***y');
    expect(createMasker({ A: 'aaaa' }).text('aaaaaaaaaa')).toBe('***');
  });
});

test('a short secret is masked too, and a warning says what that does', () => {
  const masker = createMasker({ PIN: '12', EMPTY: '' });
  expect(masker.text('pin 12')).toBe('pin ***');
  expect(masker.warnings).toEqual([
    expect.stringMatching(/PIN has fewer than 4 characters.*longer/),
    'The secret EMPTY is empty.',
  ]);
});

test('without secrets the bytes pass as they are', () => {
  const bytes = Buffer.from('anything');
  expect(createMasker({}).stream().push(bytes)).toEqual(bytes);
});

test('what can not be the beginning of a secret is told at once', () => {
  const stream = createMasker({ KEY: 'abcdef' }).stream();
  expect(stream.push(Buffer.from('progress 50 % abc')).toString()).toBe('progress 50 % ');
  expect(stream.push(Buffer.from('x')).toString()).toBe('abcx');
});

test('split at every position, and byte by byte, a secret never appears', () => {
  const masker = createMasker({ KEY: SECRET, OTHER: 'ürich/key+1-and-more' });
  const text = Buffer.from(`before ${SECRET} ${SECRET}-and-more ${encodeURIComponent(SECRET)} after`);
  const whole = masker.text(text.toString('utf8'));
  expect(whole).not.toContain(SECRET);
  for (let cut = 0; cut <= text.length; cut += 1) expect(inPieces(masker, text, [cut])).toBe(whole);
  expect(inPieces(masker, text, Array.from(text.keys()))).toBe(whole);
});

test(
  'however secrets, text and writes fall, the result is that of the whole text, without a secret in it',
  { timeout: 60_000 },
  () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'b', '-', 'é', '\n'), minLength: 4, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 3 }),
        fc.array(
          fc.oneof(fc.nat({ max: 2 }), fc.string({ unit: fc.constantFrom('a', 'b', '-', '\n', 'é') })),
          {
            maxLength: 8,
          },
        ),
        fc.array(fc.nat(), { maxLength: 12 }),
        (secrets, parts, cuts) => {
          const masker = createMasker(Object.fromEntries(secrets.map((secret, n) => [`S${n}`, secret])));
          const text = parts
            .map((part) => (typeof part === 'number' ? (secrets[part] ?? '') : part))
            .join('');
          const pieces = inPieces(masker, Buffer.from(text), cuts);
          expect(pieces).toBe(masker.text(text));
          for (const secret of secrets) expect(pieces).not.toContain(secret);
        },
      ),
      { numRuns: 1_000 },
    );
  },
);

test('what is held back is bounded by the longest secret, whatever comes', () => {
  const stream = createMasker({ KEY: 'aaaaaaaa' }).stream();
  let told = 0;
  for (let n = 0; n < 1_000; n += 1) told += stream.push(Buffer.alloc(1_000, 'a')).length;
  told += stream.end().length;
  expect(told).toBe(3);
});
