import { StoreError } from '../../errors.ts';

/** What is wrong with one record, and says nothing of the others. */
export function isDamage(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.code === 'store-corrupt' || error.code === 'bad-key');
}

/** The same, or of a newer sluice: for whoever leaves alone what it does not know. */
export function isUnreadable(error: unknown): error is StoreError {
  return isDamage(error) || (error instanceof StoreError && error.code === 'store-schema');
}

/** Goes on without a record that is broken, and names it. */
export interface PassBy {
  <T>(read: () => Promise<T>): Promise<T | undefined>;
}

export function createPassBy(tell: (damage: StoreError) => void): PassBy {
  return async (read) => {
    try {
      return await read();
    } catch (error) {
      if (!isDamage(error)) throw error;
      tell(error);
      return undefined;
    }
  };
}

/** Each is named once, however often it is met. */
export function tellOnce(tell: (damage: StoreError) => void): (damage: StoreError) => void {
  const told = new Set<string>();
  return (damage) => {
    if (told.has(damage.message)) return;
    told.add(damage.message);
    tell(damage);
  };
}
