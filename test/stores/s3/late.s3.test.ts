import { afterAll, beforeAll, expect, it } from 'vitest';
import { encode } from '../../contracts/object-store.ts';
import { createBucket, useCredentials } from '../../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { ACTS } from './acts.ts';
import { bytesUnder, setScene } from './scene.ts';

let server: Versitygw;
let uri = '';
beforeAll(async () => {
  server = await startVersitygw();
  useCredentials(server);
  uri = `s3://${await createBucket(server)}/prefix`;
});
afterAll(async () => server[Symbol.asyncDispose]());

/** For these a store may take minutes: nobody asks twice. */
const PATIENT = ['copy', 'copy in parts', 'put in parts'];
const QUICK = Object.entries(ACTS).filter(([name]) => !PATIENT.includes(name));

it.concurrent.each(QUICK)('%s comes right when the answer never comes', async (_name, act) => {
  await using scene = await setScene(server, uri);
  await act.prepare?.(scene);
  // One that has never answered is given up after the first time.
  await scene.store.put(`${scene.folder}-before`, encode('answers'));
  const holds = act.operations.map((operation) => scene.proxy.hold('done', { operation }));
  await act.act(scene);
  expect(scene.proxy.hits()).toBe(holds.length);
  for (const hold of holds) hold.drop();
});

it.concurrent('a conditional write that arrives after its own repetition changes nothing', async () => {
  await using scene = await setScene(server, uri);
  await scene.store.put(`${scene.folder}-before`, encode('answers'));
  const hold = scene.proxy.hold('arrived', { operation: 'PutObject' });
  await scene.store.put(scene.key, encode('mine'), { condition: { ifNoneMatch: '*' } });
  const { etag } = (await scene.beside.get(scene.key)) ?? { etag: '' };
  await scene.beside.put(scene.key, encode('newer'), { condition: { ifMatch: etag } });
  hold.release();
  await hold.over;
  expect(String(await bytesUnder(scene.beside, scene.key))).toBe('newer');
});
