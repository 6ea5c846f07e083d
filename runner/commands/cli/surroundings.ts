import { join } from 'node:path';
import { storeRef } from '../../compose.ts';
import type { Surroundings } from '../../report/surroundings.ts';
import type { AskedPipeline } from '../../app/asked-pipeline.ts';
import type { RebuildOptions } from '../../app/rebuild.ts';
import { typedWith } from './again.ts';
import type { CommonFlags } from './flags.ts';
import { quoteWord } from './quote.ts';

/** What was typed to get here is typed again: a file, and the flags that lead to the same project and store. */
export function surroundingsOf(
  flags: CommonFlags & RebuildOptions,
  { target, opened }: AskedPipeline,
): Surroundings {
  const given = [
    ['--project', flags.project],
    ['--store', flags.store],
    ['--engine', flags.engine],
  ] as const;
  const file = target.file === undefined ? '' : `${quoteWord(target.file)} `;
  const tail = given
    .map(([flag, value]) => (value === undefined ? '' : ` ${flag} ${quoteWord(value)}`))
    .join('');
  const store = storeRef(opened.project);
  return {
    command: (verb, id) => `sluice ${verb} ${file}${quoteWord(id)}${tail}`,
    ...(isBegunAnew(flags) && {
      resume: (run) => typedWith(process.argv.slice(2), { '--resume': flags.resume ?? run }),
    }),
    publishedAt: (path) =>
      store.kind === 'directory' ? join(store.root, 'published', path) : `published/${path}`,
  };
}

/** `--rebuild all` makes everything again that it has made already. */
function isBegunAnew({ rebuild }: RebuildOptions): boolean {
  return rebuild?.split(',').some((word) => word.trim() === 'all') === true;
}
