import type { StoredManifest } from '../../ledger/ledger.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { Work } from './work.ts';

export type Look =
  /** Nothing stands in the way: commit over exactly this, or over absence. */
  | { readonly kind: 'open'; readonly over: StoredManifest | undefined }
  /** Done since the plan was made. */
  | { readonly kind: 'taken'; readonly manifest: StoredManifest };

/**
 * The manifest as it is now, before the container starts. What this finds is what the commit is conditional on; it
 * is never read again later, as that would let a result overwrite one that it knows nothing of.
 */
export async function lookAtManifest({ planned, environment }: Work): Promise<Look> {
  const found = await environment.ledger.readManifest(planned.id);
  if (found === undefined || found.manifest.outcome === 'void') return { kind: 'open', over: found };
  // The one that the plan saw is what is to be replaced or compared.
  return isSeen(planned, found) ? { kind: 'open', over: found } : { kind: 'taken', manifest: found };
}

/** The plan saw this very result, though gc may have given its record a fresh etag since. */
function isSeen({ manifestEtag }: PlannedInstance, { etag, manifest }: StoredManifest): boolean {
  if (manifestEtag === undefined) return false;
  return etag === manifestEtag || manifest.refreshed?.includes(manifestEtag) === true;
}
