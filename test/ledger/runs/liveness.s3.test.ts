import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBucket, openBucket, runningServer, useCredentials, type S3Server } from '../../parts/s3.ts';
import { startVersitygw } from '../../parts/versitygw.ts';
import { ELSEWHERE, ID, openBench, OTHER_RUN, PROCESS, RUN, runRecord } from '../sample.ts';
import { until } from '../../system/until.ts';

const DEAD_SECONDS = 6;

let server: S3Server;
beforeAll(async () => {
  server = runningServer() ?? (await startVersitygw());
  useCredentials(server);
});
afterAll(async () => server[Symbol.asyncDispose]());

it('a run on a bucket lives by its heartbeat, and its claim and slots pass on when that stops', async () => {
  const store = await openBucket(server, `s3://${await createBucket(server)}/live`);
  // Our clock is years off the bucket’s: nobody asks it.
  const { ledger, open } = await openBench(store, {
    heartbeat: { everySeconds: 1, deadSeconds: DEAD_SECONDS },
  });
  const elsewhere = { process: { ...PROCESS, pid: ELSEWHERE } };
  await ledger.startRun(runRecord(RUN, elsewhere));
  let beat = await ledger.beat(RUN, undefined);
  const want = { kind: 'pool', name: 'db', weight: 2, capacity: 2 } as const;
  const mine = await ledger.claim(ID, `${RUN}-1`, RUN);
  expect(mine.kind).toBe('claimed');
  expect((await ledger.takeSlots([want], ID, RUN)).kind).toBe('taken');
  // Longer than the first beat lasts.
  await sleep((DEAD_SECONDS + 2) * 1000);
  for (;;) {
    beat = await ledger.beat(RUN, beat);
    const beganAt = performance.now();
    const seen = await (await open()).liveness(RUN);
    // A machine that stalls for so long between the two has not shown anything.
    if (seen !== 'live' && performance.now() - beganAt > (DEAD_SECONDS / 2) * 1000) continue;
    expect(seen).toBe('live');
    break;
  }
  await until('it is dead', async () => (await (await open()).liveness(RUN)) === 'dead', 60);
  const later = await open();
  await later.startRun(runRecord(OTHER_RUN, elsewhere));
  await later.beat(OTHER_RUN, undefined);
  const theirs = await later.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN);
  expect(theirs.kind).toBe('claimed');
  expect((await later.takeSlots([want], ID, OTHER_RUN)).kind).toBe('taken');
  // The old holder wakes up: what is not its own any more it does not free.
  if (mine.kind === 'claimed') await ledger.release(mine.claim);
  const third = await open();
  expect(await third.claim(ID, 'x-1', 'x')).toMatchObject({ kind: 'held', by: { run: OTHER_RUN } });
  if (theirs.kind === 'claimed') await later.release(theirs.claim);
  expect((await third.claim(ID, 'x-1', 'x')).kind).toBe('claimed');
});
