import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { pages } from '../../../../runner/language/schema/reference/pages.ts';

test.each(Object.entries(pages()))(
  '%s is what the table says; `npm run docs` writes it',
  async (path, text) => {
    const config = await resolveConfig(path);
    expect(await readFile(path, 'utf8')).toBe(await format(text, { ...config, filepath: path }));
  },
);
