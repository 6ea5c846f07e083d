import type { HeartbeatTimes } from '../model/heartbeat.ts';
import type { ProcessState } from '../machine/process.ts';
import type { ProcessIdentity } from '../model/records.ts';
import type { StoreError } from '../errors.ts';
import type { Clock, ObjectStore } from '../ports.ts';
import type { PassBy } from './records/damage.ts';

/** What every part of the ledger needs. */
export interface Context {
  readonly store: ObjectStore;
  readonly storeId: string;
  readonly clock: Clock;
  readonly nonce: () => string;
  readonly heartbeat: HeartbeatTimes;
  /** Names a broken record that is passed by. */
  readonly tell: (damage: StoreError) => void;
  readonly passBy: PassBy;
  readonly processState: (identity: ProcessIdentity) => ProcessState;
}
