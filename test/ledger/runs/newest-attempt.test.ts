import { describe, expect, it } from 'vitest';
import { newestAttempt, newestAttemptOfRun } from '../../../runner/ledger/runs/newest-attempt.ts';
import type { RunRecordInstance } from '../../../runner/model/records.ts';
import { DEAD, failureOf, ID, manifestOf, openBench, OTHER_RUN, PROCESS, RUN, runRecord } from '../sample.ts';

const STARTED = '2021-01-30T22:00:00.000Z';
const FINISHED = '2021-01-30T22:05:00.000Z';

function ended(run: string, instance: Omit<RunRecordInstance, 'id'>) {
  const instances = [{ id: ID, ...instance }];
  return runRecord(run, { startedAt: STARTED, finishedAt: FINISHED, outcome: 'incomplete', instances });
}

describe('the newest attempt', () => {
  it('is none of an instance that nobody has run', async () => {
    const { ledger } = await openBench();
    expect(await newestAttempt(ledger, ID)).toBeUndefined();
  });

  it('is the committed one or the failed one, whichever ended later', async () => {
    const { ledger } = await openBench();
    await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
    expect(await newestAttempt(ledger, ID)).toMatchObject({ attempt: `${RUN}-1`, state: 'succeeded' });
    await ledger.recordFailure(failureOf(`${OTHER_RUN}-1`, `${RUN}-1`, { finishedAt: FINISHED }));
    expect(await newestAttempt(ledger, ID)).toMatchObject({ attempt: `${OTHER_RUN}-1`, state: 'failed' });
  });

  it.each(['cancelled', 'waiting'] as const)(
    'is one that ended %s after all that is recorded',
    async (state) => {
      const { ledger } = await openBench();
      await ledger.commitManifest(manifestOf(`${RUN}-1`), null);
      await ledger.startRun(ended(OTHER_RUN, { state, attempt: `${OTHER_RUN}-3`, reason: 'interrupted' }));
      expect(await newestAttempt(ledger, ID)).toEqual({
        attempt: `${OTHER_RUN}-3`,
        run: OTHER_RUN,
        state,
        reason: 'interrupted',
      });
    },
  );

  it('is not one of another run that a run took, nor one of a run that ended before', async () => {
    const { ledger } = await openBench();
    await ledger.commitManifest(manifestOf(`${RUN}-1`, { finishedAt: '2021-02-01T00:00:00.000Z' }), null);
    await ledger.startRun(ended(OTHER_RUN, { state: 'cancelled', attempt: `${OTHER_RUN}-3`, reason: '' }));
    expect(await newestAttempt(ledger, ID)).toMatchObject({ attempt: `${RUN}-1` });
    expect(await newestAttemptOfRun(ledger, ID, RUN)).toBeUndefined();
  });

  it.each([
    ['running', PROCESS.pid],
    ['died', DEAD],
  ])('is %s where its claim is there and its run says no more', async (state, pid) => {
    const { ledger, now } = await openBench();
    const startedAt = new Date(now()).toISOString();
    await ledger.startRun(runRecord(OTHER_RUN, { startedAt, process: { ...PROCESS, pid } }));
    await ledger.beat(OTHER_RUN, undefined);
    await ledger.claim(ID, `${OTHER_RUN}-2`, OTHER_RUN);
    expect(await newestAttempt(ledger, ID)).toMatchObject({
      attempt: `${OTHER_RUN}-2`,
      run: OTHER_RUN,
      state,
    });
  });

  it('of a run that died is found by its log', async () => {
    const { ledger } = await openBench();
    await ledger.startRun(runRecord(OTHER_RUN, { startedAt: STARTED, process: { ...PROCESS, pid: DEAD } }));
    for (const n of [2, 10]) await ledger.writeLog(OTHER_RUN, ID, `${OTHER_RUN}-${n}`, Buffer.from('x'));
    const found = {
      attempt: `${OTHER_RUN}-10`,
      run: OTHER_RUN,
      state: 'died',
      reason: `run ${OTHER_RUN} died`,
    };
    expect(await newestAttemptOfRun(ledger, ID, OTHER_RUN)).toEqual(found);
  });
});
