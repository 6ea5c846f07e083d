import { describe, expect, it } from 'vitest';
import { failureOf, ID, manifestOf, openBench, OTHER_RUN, RUN } from './sample.ts';

describe('an open failure', () => {
  it('is closed by the commit over which it did not start, never by a late word about that', async () => {
    const { ledger } = await openBench();
    await ledger.recordFailure(failureOf(`${RUN}-1`, null));
    await ledger.commitManifest(manifestOf(`${RUN}-2`), null);
    expect(await ledger.openFailures()).toEqual([]);
    // Another run starts over that result and fails before the first has removed what it closed.
    await ledger.recordFailure(failureOf(`${OTHER_RUN}-1`, `${RUN}-2`));
    await ledger.closeFailure(ID);
    expect(await ledger.openFailures()).toMatchObject([{ attempt: `${OTHER_RUN}-1` }]);
    await ledger.forgetFailure(ID);
    expect(await ledger.readFailure(ID)).toBeUndefined();
  });
});
