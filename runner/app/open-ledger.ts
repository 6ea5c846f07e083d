import { openProjectLedger } from '../compose.ts';
import type { StoreError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Project } from '../model/pipeline.ts';
import type { AppOptions } from './asked-pipeline.ts';

/** A store that is there answers sooner; one that is not is asked again for much longer. */
const PATIENCE_MILLISECONDS = 5000;

/** What is recorded in the project's store; who waits for it is told for what, and which records are broken. */
export async function openLedger(project: Project, { env, say }: AppOptions): Promise<Ledger> {
  const silence = silenceOf(project, say);
  return sayIfSlow(() => openProjectLedger(project, env, warningOf(say), silence), silence);
}

/** What broken records that are passed by are told with. */
export function warningOf(say: AppOptions['say']): (damage: StoreError) => void {
  return ({ message }) => say?.(`warning: ${message}`);
}

/** A store that is silent is named to whoever waits for it, once, with what it was asked for. */
export function silenceOf(
  { store }: Pick<Project, 'store'>,
  say: AppOptions['say'],
): (what?: string) => void {
  let told = false;
  return (what) => {
    if (told) return;
    told = true;
    say?.(`Still waiting for the store ${store} to answer${what === undefined ? '' : `: ${what}`}`);
  };
}

/** For what is opened before there is anything to ask. */
export async function sayIfSlow<Value>(
  act: () => Promise<Value>,
  say: () => void,
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Promise<Value> {
  const timer = setTimeout(() => say(), patienceMilliseconds);
  try {
    return await act();
  } finally {
    clearTimeout(timer);
  }
}
