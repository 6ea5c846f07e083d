import {
  identify,
  processState,
  systemProbe,
  type ProcessState,
  type SystemProbe,
} from '../../machine/process.ts';
import type { ProcessIdentity } from '../../model/records.ts';

/** This process, as a run records it: boot id, pid and start time tell whether it still runs. */
export async function processIdentity(probe: SystemProbe = systemProbe): Promise<ProcessIdentity> {
  return identify(probe);
}

/** Judges other processes as seen from `self`. */
export function stateFrom(
  self: ProcessIdentity,
  probe: SystemProbe = systemProbe,
): (identity: ProcessIdentity) => ProcessState {
  return (identity) => processState(identity, self, probe);
}
