import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { DEAD, ELSEWHERE, ID, openBench, OTHER_RUN, PROCESS, RUN, runRecord, type Bench } from '../sample.ts';
import { forgetfulStore } from '../watched-store.ts';

const HEARTBEAT = `runs/${RUN}/heartbeat.json`;

/** A run elsewhere, whose process can't be seen, on a store whose clock is an hour off ours. */
async function elsewhere(hoursOff = 0): Promise<Bench> {
  let bench: Bench | undefined;
  const store = openMemoryStore(undefined, () => (bench?.now() ?? 0) + hoursOff * 3_600_000);
  bench = await openBench(store);
  await bench.ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: ELSEWHERE } }));
  return bench;
}

describe.each([0, 1, -1])('a run, by a clock that is %s h off the store’s', (hoursOff) => {
  it('lives for 61 s after each beat, and not longer', async () => {
    const { ledger, open, pass } = await elsewhere(hoursOff);
    let beat = await ledger.beat(RUN, undefined);
    for (let beats = 0; beats < 5; beats += 1) {
      pass(20);
      beat = await ledger.beat(RUN, beat);
    }
    pass(61);
    expect(await (await open()).liveness(RUN)).toBe('live');
    pass(0.1);
    expect(await (await open()).liveness(RUN)).toBe('dead');
  });

  it('is judged by its record before the first beat', async () => {
    const { open, pass } = await elsewhere(hoursOff);
    pass(61);
    expect(await (await open()).liveness(RUN)).toBe('live');
    pass(0.1);
    expect(await (await open()).liveness(RUN)).toBe('dead');
  });

  it('keeps its claim while it lives, and loses it to whoever waits and to whoever comes later', async () => {
    const { ledger, open, pass } = await elsewhere(hoursOff);
    await ledger.startRun(runRecord(OTHER_RUN, { process: { ...PROCESS, pid: ELSEWHERE } }));
    await ledger.beat(RUN, undefined);
    await ledger.claim(ID, `${RUN}-1`, RUN);
    const waiting = await open();
    for (let seconds = 0; seconds <= 60; seconds += 2) {
      expect((await waiting.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('held');
      pass(2);
    }
    expect((await waiting.claim(ID, `${OTHER_RUN}-1`, OTHER_RUN)).kind).toBe('claimed');
  });
});

describe('a run', () => {
  it('is dead when its process is there and its heart has stopped', async () => {
    const { ledger, open, pass } = await openBench();
    await ledger.startRun(runRecord(RUN));
    await ledger.beat(RUN, undefined);
    pass(62);
    expect(await (await open()).liveness(RUN)).toBe('dead');
  });

  it('is dead at once when its process is gone, however fresh its heartbeat', async () => {
    const { ledger } = await openBench();
    await ledger.startRun(runRecord(RUN, { process: { ...PROCESS, pid: DEAD } }));
    await ledger.beat(RUN, undefined);
    expect(await ledger.liveness(RUN)).toBe('dead');
  });

  it('that was seen dead stays dead for who saw it, though it beats again', async () => {
    const { ledger, open, pass } = await elsewhere();
    const beat = await ledger.beat(RUN, undefined);
    const other = await open();
    pass(62);
    expect(await other.liveness(RUN)).toBe('dead');
    await ledger.beat(RUN, beat);
    expect(await other.liveness(RUN)).toBe('dead');
  });

  it('that finishes is seen as finished by who has just seen it live', async () => {
    const { ledger, open, pass } = await elsewhere();
    const other = await open();
    expect(await other.liveness(RUN)).toBe('live');
    await ledger.updateRun(runRecord(RUN, { finishedAt: '2021-02-01T00:00:00.000Z' }));
    pass(5);
    expect(await other.liveness(RUN)).toBe('finished');
  });
});

describe('a heartbeat', () => {
  it('is written over exactly the last one', async () => {
    const { ledger } = await elsewhere();
    const first = await ledger.beat(RUN, undefined);
    const second = await ledger.beat(RUN, first);
    expect(second?.record).toEqual({ ...first?.record, beat: 2 });
    expect(second?.etag).not.toBe(first?.etag);
  });

  it('that is gone or another’s is not written again', async () => {
    const { ledger, store, open } = await elsewhere();
    const beat = await ledger.beat(RUN, undefined);
    expect(await (await open()).beat(RUN, undefined)).toBeUndefined();
    await store.delete([HEARTBEAT]);
    expect(await ledger.beat(RUN, beat)).toBeUndefined();
  });

  it('whose answer was lost is written once more: nobody knows how old that one is', async () => {
    const { ledger, store, open, pass } = await elsewhere();
    const first = await ledger.beat(RUN, undefined);
    let lost = 1;
    const forgetful = await open(forgetfulStore(store, (key) => key === HEARTBEAT && lost-- > 0));
    await forgetful.beat(RUN, first);
    pass(50);
    const third = await ledger.beat(RUN, first);
    expect(third?.record.beat).toBeGreaterThan(2);
    pass(20);
    expect(await (await open()).liveness(RUN)).toBe('live');
  });
});
