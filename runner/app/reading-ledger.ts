import { openEmptyStore, openLedgerOn } from '../compose.ts';
import { StoreError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Project } from '../model/pipeline.ts';
import type { AppOptions } from './asked-pipeline.ts';
import { openStandingLedger } from './standing-ledger.ts';

/** For a plan of which nothing will be run: a store that is not there is an empty one, and is not made. */
export async function openReadingLedger(project: Project, options: AppOptions): Promise<Ledger> {
  try {
    return await openStandingLedger(project, options);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error;
    options.say?.(`there is no store at ${project.store} yet: the first run makes it`);
    // Nothing of it is worth keeping in a cache.
    return openLedgerOn(await openEmptyStore(), {});
  }
}
