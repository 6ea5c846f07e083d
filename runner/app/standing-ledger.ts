import { openLedgerOn, openStore } from '../compose.ts';
import { StoreError, usageError } from '../errors.ts';
import { mayHoldPipelines } from '../language/source.ts';
import { STORE_KEY } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { storeRecords } from '../ledger/records/store-record.ts';
import type { Project } from '../model/pipeline.ts';
import type { AppOptions } from './asked-pipeline.ts';
import { namedStore } from './project/overrides.ts';
import { sayIfSlow, silenceOf, warningOf } from './open-ledger.ts';

/** The ledger of a store that is there: what only looks at one must not make it. */
export async function openStandingLedger(
  project: Project,
  options: AppOptions,
  onDamage: (damage: StoreError) => void = warningOf(options.say),
): Promise<Ledger> {
  const silence = silenceOf(project, options.say);
  return sayIfSlow(() => openStanding(project, options, onDamage, silence), silence);
}

async function openStanding(
  project: Project,
  options: AppOptions,
  onDamage: (damage: StoreError) => void,
  onSilence: (what: string) => void,
): Promise<Ledger> {
  const store = await openStore(project, options.env, onSilence);
  if ((await storeRecords.read(store, STORE_KEY)) === undefined) {
    await refuseNoProject(project, options);
    throw new StoreError(
      'not-found',
      `there is no store at ${project.store}: no ${STORE_KEY} in it; name another place with --store, or run something first`,
    );
  }
  return openLedgerOn(store, options.env, onDamage);
}

/** In a folder of no project nothing can be run that would make a store. */
async function refuseNoProject({ root }: Project, options: AppOptions): Promise<void> {
  if (options.file !== undefined || namedStore(options) !== undefined || (await mayHoldPipelines(root)))
    return;
  throw usageError(
    'no-project',
    `there is no project here: neither sluice.yaml nor pipelines/ is in ${root} or above it`,
    'go to the folder of one, or name it, --project FOLDER; to look into a store alone, name that: --store PLACE',
  );
}
