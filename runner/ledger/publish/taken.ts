import type { PublishedPathRecord } from '../../model/records.ts';
import type { Manifests } from '../manifests.ts';

/** Whether the instance that a path's record names publishes there: one that was made anew, or cleared, may have left. */
export async function stillPublishes(
  manifests: Pick<Manifests, 'readManifest'>,
  { instance, path }: PublishedPathRecord,
): Promise<boolean> {
  const manifest = (await manifests.readManifest(instance))?.manifest;
  return manifest?.outcome === 'succeeded' && manifest.published.some(({ to }) => to === path);
}

/** Names both. */
export function takenMessage(
  mine: Pick<PublishedPathRecord, 'path' | 'instance'>,
  theirs: Pick<PublishedPathRecord, 'path' | 'instance'>,
): string {
  const what =
    mine.path === theirs.path
      ? `published/${mine.path} is the file of ${theirs.instance}, and ${mine.instance} publishes there too`
      : `published/${theirs.path} is a file of ${theirs.instance}, and ${mine.instance} publishes to published/${mine.path}: one of them would be a folder`;
  return `${what}; let one of them publish to another path`;
}
