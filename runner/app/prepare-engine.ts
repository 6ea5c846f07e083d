import { EngineError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { mayMake, type Plan } from '../model/plan.ts';
import type { Engine } from '../ports.ts';

/** An engine is needed only where something is to run, or where a dead run may have left containers. */
export async function prepareEngine(engine: Engine, plan: Plan, ledger: Ledger): Promise<void> {
  const needed = plan.instances.some(({ action }) => mayMake(action));
  if (!needed && !(await anyRunDied(ledger))) return;
  try {
    await engine.check();
    await engine.sweep({
      storeId: ledger.storeId,
      // One that is not recorded here is another's: a copy of a store's files has the same id.
      isLive: async (run) =>
        (await ledger.liveness(run)) === 'live' || (await ledger.readRun(run)) === undefined,
    });
  } catch (error) {
    if (needed || !(error instanceof EngineError)) throw error;
  }
}

const RECENT_RUNS = 5;

async function anyRunDied(ledger: Ledger): Promise<boolean> {
  for (const run of await ledger.listRuns({ limit: RECENT_RUNS })) {
    if (run.finishedAt === undefined && (await ledger.liveness(run.run)) === 'dead') return true;
  }
  return false;
}
