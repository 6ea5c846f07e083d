import { describe, expect, it } from 'vitest';
import { goneMessage } from '../../../runner/ledger/gc/gone.ts';
import { ID, manifestOf, openBench, OTHER_RUN, RUN, runRecord, upload, type Bench } from '../sample.ts';
import { interruptedStore } from '../watched-store.ts';

const FILES = { 'a.csv': 'a', 'b.csv': 'b' };
const ATTEMPT = `${RUN}-1`;

async function committed(more: Parameters<typeof manifestOf>[1] = {}): Promise<Bench> {
  const bench = await openBench();
  await bench.ledger.startRun(runRecord(RUN, { finishedAt: '2021-01-30T00:00:00.000Z' }));
  await upload(bench.store, ATTEMPT, FILES);
  await bench.ledger.commitManifest(manifestOf(ATTEMPT, { files: FILES, ...more }), null);
  return bench;
}

describe('objects that are gone', () => {
  it('void their manifest, which keeps what it superseded for gc', async () => {
    const { ledger, store } = await committed();
    await store.delete([`objects/${ID}/${ATTEMPT}/b.csv`]);
    expect(await ledger.confirmGone(ID, ATTEMPT)).toBe('gone');
    expect((await ledger.readManifest(ID))?.manifest).toMatchObject({
      outcome: 'void',
      reason: 'objects gone',
      supersededAttempts: [{ attempt: ATTEMPT }],
    });
    // A second one that needs them.
    expect(await ledger.confirmGone(ID, ATTEMPT)).toBe('gone');
  });

  it('change nothing where all is there, or where another attempt has taken its place', async () => {
    const { ledger, store } = await committed();
    expect(await ledger.confirmGone(ID, ATTEMPT)).toBe('there');
    const over = (await ledger.readManifest(ID))?.etag ?? null;
    await ledger.commitManifest(manifestOf(`${OTHER_RUN}-1`), over);
    await store.delete([`objects/${ID}/${ATTEMPT}/a.csv`]);
    expect(await ledger.confirmGone(ID, ATTEMPT)).toBe('replaced');
    expect((await ledger.readManifest(ID))?.manifest.attempt).toBe(`${OTHER_RUN}-1`);
  });

  it('never void what is committed at that very moment', async () => {
    const bench = await committed();
    await bench.store.delete([`objects/${ID}/${ATTEMPT}/a.csv`]);
    const over = (await bench.ledger.readManifest(ID))?.etag ?? null;
    const slow = await bench.open(
      interruptedStore(
        bench.store,
        (key) => key.startsWith('manifests/'),
        () => bench.ledger.commitManifest(manifestOf(`${OTHER_RUN}-1`), over),
      ),
    );
    expect(await slow.confirmGone(ID, ATTEMPT)).toBe('replaced');
    expect((await bench.ledger.readManifest(ID))?.manifest.attempt).toBe(`${OTHER_RUN}-1`);
  });

  it('are found when they are to be published: the manifest is void, the path keeps what it had', async () => {
    const { ledger, store } = await committed({
      published: [{ path: 'a.csv', to: 'latest.csv', newest: false }],
    });
    await store.delete([`objects/${ID}/${ATTEMPT}/a.csv`]);
    await expect(ledger.publish(ID)).rejects.toMatchObject({ code: 'not-found', message: goneMessage(ID) });
    expect((await ledger.readManifest(ID))?.manifest).toMatchObject({
      outcome: 'void',
      reason: 'objects gone',
    });
    expect(await store.get('published/latest.csv')).toBeUndefined();
  });
});
