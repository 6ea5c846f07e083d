import { runOfAttempt } from '../../model/run-id.ts';
import { attemptOf } from '../failures.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { Ledger } from '../ledger.ts';
import type { StoredAttempts } from '../gc/stored-attempts.ts';
import type { Checking } from './finding.ts';
import { mayLive, readUndamaged } from './records.ts';

/** Attempts that no manifest names: what gc will collect, or what a live run has in hand. */
export async function checkAttempts(
  ledger: Ledger,
  { id, attempts }: StoredAttempts,
  { find, totals }: Checking,
): Promise<void> {
  // A damaged one was told with the manifests; gc leaves its instance alone.
  const manifest = await readUndamaged(ledger, id);
  if (manifest === 'damaged') return;
  const committed = attemptOf(manifest);
  for (const { attempt, bytes, keys } of attempts) {
    if (attempt === committed) continue;
    const key = attemptPrefix(id, attempt);
    const run = runOfAttempt(attempt);
    const count = `${keys.length} ${keys.length === 1 ? 'object' : 'objects'}, ${bytes} bytes`;
    if (await mayLive(ledger, run)) {
      const message = `${key} (${count}) is in the hand of run ${run}, which may commit it`;
      find({ kind: 'in-hand', damage: false, key, message });
      continue;
    }
    totals.orphanedBytes += bytes;
    const message = `${key} (${count}) is named by no manifest: sluice gc removes it after the grace`;
    find({ kind: 'orphan', damage: false, key, message });
  }
}
