import type { InstanceId } from '../../model/partition.ts';
import { OBJECTS_GONE } from '../../model/records.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { Ledger } from '../ledger.ts';
import type { Manifests } from '../manifests.ts';
import type { Context } from '../context.ts';

/**
 * Objects that a rule of the bucket, or a hand, has removed while their manifest stands. Nobody looks for them
 * before something needs them; then the manifest is voided, so that every later plan knows by its listing alone.
 */
export function createGone(
  { store }: Context,
  manifests: Pick<Manifests, 'readManifest' | 'voidManifest'>,
  run: () => string,
): Pick<Ledger, 'confirmGone'> {
  return {
    async confirmGone(id, attempt) {
      for (;;) {
        const stored = await manifests.readManifest(id);
        if (stored === undefined) return 'replaced';
        const { manifest } = stored;
        if (manifest.outcome === 'void' && manifest.reason === OBJECTS_GONE) return 'gone';
        if (manifest.attempt !== attempt) return 'replaced';
        const there = await pathsBelow(attemptPrefix(id, attempt));
        if (manifest.objects.every(({ path }) => there.has(path))) return 'there';
        // One that lost meets gc's fence, which names the same attempt, or another's result.
        if ((await manifests.voidManifest(id, stored, OBJECTS_GONE, run())).kind === 'committed')
          return 'gone';
      }
    },
  };

  async function pathsBelow(prefix: string): Promise<ReadonlySet<string>> {
    const paths = new Set<string>();
    for await (const page of store.list(prefix)) {
      for (const { key } of page) paths.add(key.slice(prefix.length));
    }
    return paths;
  }
}

/** What a person is told of an instance whose objects are gone. */
export function goneMessage(id: InstanceId): string {
  return `missing (${OBJECTS_GONE}): ${id} was committed, but not all of its objects are in the store any more; run it again: sluice run ${id}`;
}
