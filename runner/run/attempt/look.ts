import type { StoredManifest } from '../../ledger/ledger.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import { runTime } from '../../model/run-id.ts';
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
  if (found.etag === planned.manifestEtag || isRefreshed(planned, found, environment.run))
    return { kind: 'open', over: found };
  return { kind: 'taken', manifest: found };
}

/** Not made since the plan: gc has given what the plan saw a fresh nonce. */
function isRefreshed({ manifestEtag }: PlannedInstance, { manifest }: StoredManifest, run: string): boolean {
  const made = runTime(Date.parse(manifest.finishedAt));
  return manifestEtag !== undefined && made < run.slice(0, made.length);
}
