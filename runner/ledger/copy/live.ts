import { claimRecords } from '../claims/claims.ts';
import { placeOf } from '../layout.ts';
import type { Ledger } from '../ledger.ts';

/** A run that is neither claiming nor among so many newest ones is at no work. */
const NEWEST = 100;

/** Runs that live. */
export async function runsAtWork(ledger: Ledger): Promise<readonly string[]> {
  const runs = new Set<string>();
  for await (const page of ledger.store.list('claims/')) {
    for (const { key } of page) {
      if (placeOf(key).kind !== 'claim') continue;
      const claim = (await ledger.passBy(() => claimRecords.read(ledger.store, key)))?.record;
      if (claim !== undefined) runs.add(claim.run);
    }
  }
  for (const { run, finishedAt } of await ledger.listRuns({ limit: NEWEST })) {
    if (finishedAt === undefined) runs.add(run);
  }
  const live: string[] = [];
  for (const run of runs) {
    if ((await ledger.liveness(run)) === 'live') live.push(run);
  }
  return live;
}
