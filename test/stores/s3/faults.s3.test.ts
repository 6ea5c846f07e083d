import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../../runner/errors.ts';
import {
  answerFlipped,
  bodyFlipped,
  cutOff,
  cutShort,
  refused,
  resetAfter,
  resetBefore,
  resetMidway,
  wrongEtag,
  type Fault,
} from '../../parts/s3-proxy/faults.ts';
import { createBucket, useCredentials } from '../../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { ACTS, type Act } from './acts.ts';
import { setScene, warmUp, type Scene } from './scene.ts';

let server: Versitygw;
let uri = '';
beforeAll(async () => {
  server = await startVersitygw();
  useCredentials(server);
  uri = `s3://${await createBucket(server)}/some/prefix`;
});
afterAll(async () => server[Symbol.asyncDispose]());

/** Each request that an act consists of meets it so often. */
const PASSING: readonly (readonly [string, Fault, number])[] = [
  ['a burst of 503', refused(503, 'ServiceUnavailable'), 3],
  ['a burst of SlowDown', refused(503, 'SlowDown'), 3],
  ['a burst of 429', refused(429, 'TooManyRequests'), 3],
  ['a burst of 500', refused(500, 'InternalError'), 3],
  ['connections reset before it took effect', resetBefore, 2],
  ['connections reset on its way', resetMidway, 2],
  ['connections reset after it took effect', resetAfter, 2],
];

const LASTING: readonly (readonly [string, Fault, number])[] = [
  ['answers cut off', cutOff, 2],
  ['answers cut short', cutShort, Infinity],
  ['answers with another bit', answerFlipped, Infinity],
  ['bodies that arrive with another bit', bodyFlipped, Infinity],
  ['wrong ETags', wrongEtag, Infinity],
  ['no permission', refused(403, 'AccessDenied'), Infinity],
];

/** What is said of a bit that has changed in a listing is what it says now: S3 has no checksum of one. */
const UNTOLD = 'list, answers with another bit';

/** Of requests that go another way once the store has written and read. */
const REPEATED = Object.entries(ACTS)
  .filter(([, { operations }]) =>
    operations.every((operation) => operation === 'GetObject' || operation === 'PutObject'),
  )
  .map(([name, act]): [string, Act] => [
    `${name}, not for the first time`,
    {
      ...act,
      prepare: async (scene) => {
        await warmUp(scene);
        await act.prepare?.(scene);
      },
      act: async (scene) => {
        const before = scene.proxy.requests.length;
        await act.act(scene);
        if (scene.proxy.requests[before]?.bySdk !== false)
          throw new Error('the SDK has sent it all the same');
      },
    },
  ]);

describe.concurrent.each([...Object.entries(ACTS), ...REPEATED])(
  '%s',
  (name, { operations, prepare, act, whatever }) => {
    it.concurrent.each(PASSING)('comes right after %s', async (_what, fault, times) => {
      await using scene = await setScene(server, uri);
      await prepare?.(scene);
      for (const operation of operations) scene.proxy.add({ operation, times, fault });
      await act(scene);
      expect(scene.proxy.hits()).toBe(times * operations.length);
    });

    const lasting = LASTING.filter(([what]) => `${name}, ${what}` !== UNTOLD);
    it.concurrent.each(lasting)('is right or fails clearly with %s', async (what, fault, times) => {
      await using scene = await setScene(server, uri);
      await prepare?.(scene);
      scene.proxy.add({ operation: operations, times, fault });
      expect(await toldBy(act, scene)).toMatch(
        what === 'no permission' ? /^store-denied$/ : /^right$|^store-/,
      );
      await whatever?.(scene);
      expect(scene.proxy.hits()).toBeGreaterThan(0);
    });
  },
);

describe.each(['copy', 'copy in parts', 'put in parts'])('%s', (name) => {
  it('comes right after an answer of 200 with an error in it', async () => {
    const { operations = [], prepare, act } = ACTS[name] ?? {};
    await using scene = await setScene(server, uri);
    await prepare?.(scene);
    for (const operation of operations) {
      if (operation === 'CreateMultipartUpload' || operation === 'UploadPart') continue;
      scene.proxy.add({ operation, times: 2, fault: refused(200, 'InternalError') });
    }
    await act?.(scene);
    expect(scene.proxy.hits()).toBeGreaterThan(0);
  });
});

/** `right`, or the code of an error that names what it is about; throws for anything else. */
async function toldBy(act: Act['act'], scene: Scene): Promise<string> {
  try {
    await act(scene);
    return 'right';
  } catch (error) {
    if (error instanceof StoreError && error.message.includes(scene.folder)) return error.code;
    throw error;
  }
}
