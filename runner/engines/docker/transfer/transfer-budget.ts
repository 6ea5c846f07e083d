/** What all transfers of an engine may hold in memory at once. */
export interface TransferBudget {
  /** For one transfer. */
  share(): TransferShare;
}

export interface TransferShare {
  /** Small ones are held whole, so that many are under way at once; larger ones are streamed one by one. */
  isSmall(bytes: number): boolean;
  /**
   * Room for one small object, until it is given back; undefined: there is none now. Whoever holds nothing always
   * gets it, so that no transfer waits for another.
   */
  take(bytes: number): (() => void) | undefined;
}

export interface TransferLimits {
  readonly smallBytes: number;
  /** Of all transfers together. */
  readonly heldBytes: number;
  /** Of one transfer: so many round trips are under way at once. */
  readonly inParallel: number;
}

const LIMITS: TransferLimits = { smallBytes: 2 ** 20, heldBytes: 32 * 2 ** 20, inParallel: 32 };

export function createTransferBudget(limits: TransferLimits = LIMITS): TransferBudget {
  let heldBytes = 0;
  return {
    share() {
      let held = 0;
      return {
        isSmall: (bytes) => bytes <= limits.smallBytes,
        take(bytes) {
          const hasRoom = held < limits.inParallel && heldBytes + bytes <= limits.heldBytes;
          if (held > 0 && !hasRoom) return undefined;
          held += 1;
          heldBytes += bytes;
          return () => {
            held -= 1;
            heldBytes -= bytes;
          };
        },
      };
    },
  };
}
