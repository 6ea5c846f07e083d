import { openLedgerOn, openStore } from '../compose.ts';
import { StoreError } from '../errors.ts';
import { STORE_KEY } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { storeRecords } from '../ledger/records/store-record.ts';
import type { Project } from '../model/pipeline.ts';
import type { AppOptions } from './asked-pipeline.ts';
import { warningOf, whileWaiting } from './open-ledger.ts';

/** The ledger of a store that is there: what only looks at one must not make it. */
export async function openStandingLedger(
  project: Project,
  { env, say }: AppOptions,
  onDamage: (damage: StoreError) => void = warningOf(say),
): Promise<Ledger> {
  return whileWaiting(project, say, () => openStanding(project, env, onDamage));
}

async function openStanding(
  project: Project,
  env: AppOptions['env'],
  onDamage: (damage: StoreError) => void,
): Promise<Ledger> {
  const store = await openStore(project, env);
  if ((await storeRecords.read(store, STORE_KEY)) === undefined) {
    throw new StoreError(
      'not-found',
      `there is no store at ${project.store}: no ${STORE_KEY} in it; name another place with --store, or run something first`,
    );
  }
  return openLedgerOn(store, env, onDamage);
}
