import { join } from 'node:path';
import type { AskedPipeline } from '../../app/asked-pipeline.ts';
import type { RebuildOptions } from '../../app/rebuild.ts';
import { storeRef } from '../../compose.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import type { Surroundings } from '../../report/surroundings.ts';
import { typedWith } from './again.ts';
import type { Output } from './output.ts';

export function surroundingsOf(
  flags: RebuildOptions,
  { complete }: Output,
  { opened }: AskedPipeline,
): Surroundings {
  const store = storeRef(opened.project);
  return {
    complete,
    ...(isBegunAnew(flags) && {
      resume: (run) => typedWith(process.argv.slice(2), { '--resume': flags.resume ?? run }),
    }),
    rebuildStale: rebuildStale(),
    publishedAt: publishedAt(store),
  };
}

/** Where a published file stands, as a person can open it. */
export function publishedAt(store: StoreRef): (path: string) => string {
  return (path) => (store.kind === 'directory' ? join(store.root, 'published', path) : `published/${path}`);
}

/** What was typed, and beside that what is stale. */
export function rebuildStale(): string {
  return typedWith(process.argv.slice(2), { '--rebuild': 'stale' }, ['--only', '--resume']);
}

/** `--rebuild all` makes everything again that it has made already. */
function isBegunAnew({ rebuild }: RebuildOptions): boolean {
  return rebuild?.split(',').some((word) => word.trim() === 'all') === true;
}
