import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../contracts/object-store.ts';
import { createBucket, useCredentials } from '../../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { bytesIn, bytesUnder, expectBytes, setScene } from './scene.ts';

const HOUR = 3600;

let server: Versitygw;
let uri = '';
beforeAll(async () => {
  server = await startVersitygw();
  useCredentials(server);
  uri = `s3://${await createBucket(server)}/prefix`;
});
afterAll(async () => server[Symbol.asyncDispose]());

describe.each([
  ['an hour ahead', HOUR],
  ['an hour behind', -HOUR],
])('a store whose clock is %s', (_where, seconds) => {
  it('is written and read, and tells ages by its own time', async () => {
    await using scene = await setScene(server, uri);
    scene.proxy.setClock(seconds);
    const { etag } = await scene.store.put(scene.key, encode('1'), { condition: { ifNoneMatch: '*' } });
    await scene.store.put(scene.key, encode('2'), { condition: { ifMatch: etag } });
    const found = await scene.store.get(scene.key);
    expectBytes(await bytesIn(found?.body), encode('2'));
    // The SDK has set the clock, and what goes past it is believed.
    expect(scene.proxy.requests.map(({ bySdk }) => bySdk).slice(-2)).toEqual([false, false]);
    const ahead = (Date.parse(found?.answeredAt ?? '') - Date.now()) / 1000;
    expect(Math.abs(ahead - seconds)).toBeLessThan(60);
    const ageSeconds = (Date.parse(found?.answeredAt ?? '') - Date.parse(found?.modifiedAt ?? '')) / 1000;
    expect(ageSeconds).toBeGreaterThan(-2);
    expect(ageSeconds).toBeLessThan(60);
  });

  it('says at once what is not there, and who came first', { timeout: 30_000 }, async () => {
    await using scene = await setScene(server, uri);
    scene.proxy.setClock(seconds);
    expect(await scene.store.get(scene.key)).toBeUndefined();
    const first = { condition: { ifNoneMatch: '*' } } as const;
    await scene.store.put(scene.key, encode('1'), first);
    await expect(scene.store.put(scene.key, encode('2'), first)).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await scene.store.check();
  });

  it('is no trouble to many requests that are under way when that is found out', async () => {
    await using scene = await setScene(server, uri);
    await scene.store.put(scene.key, encode('1'));
    scene.proxy.setClock(seconds);
    const found = await Promise.all(Array.from({ length: 20 }, () => bytesUnder(scene.store, scene.key)));
    expect(new Set(found.map(String))).toEqual(new Set(['1']));
    // And back, as somebody sets it right.
    scene.proxy.setClock(0);
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => scene.store.put(`${scene.folder}/${at}`, encode('x'))),
    );
    expect(await bytesUnder(scene.beside, `${scene.folder}/19`)).toEqual(Buffer.from('x'));
  });
});
