import { expect, test } from 'vitest';
import { parseSize } from '../../../../runner/language/schema/shape/size.ts';

test.each([
  ['512MiB', 512 * 1024 * 1024],
  ['1GiB', 1024 ** 3],
  ['1GB', 1000 ** 3],
  ['512m', 512 * 1024 * 1024],
  ['1.5g', 1.5 * 1024 ** 3],
  ['100B', 100],
  ['1 KiB', 1024],
  ['512', undefined],
  ['lots', undefined],
  ['-1m', undefined],
  ['1x', undefined],
])('%s is %j bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});
