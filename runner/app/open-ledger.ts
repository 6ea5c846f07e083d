import { openProjectLedger } from '../compose.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Project } from '../model/pipeline.ts';
import type { AppOptions } from './asked-pipeline.ts';

/** A store that is there answers sooner; one that is not is asked again for much longer. */
const PATIENCE_MILLISECONDS = 5000;

/** What is recorded in the project's store; who waits for it is told for what. */
export async function openLedger(project: Project, { env, say }: AppOptions): Promise<Ledger> {
  return sayIfSlow(
    () => openProjectLedger(project, env),
    () => say?.(`Still waiting for the store ${project.store} to answer`),
  );
}

export async function sayIfSlow<Value>(
  act: () => Promise<Value>,
  say: () => void,
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Promise<Value> {
  const timer = setTimeout(say, patienceMilliseconds);
  try {
    return await act();
  } finally {
    clearTimeout(timer);
  }
}
