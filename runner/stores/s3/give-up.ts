import { setTimeout as sleep } from 'node:timers/promises';
import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import { answerOf } from './failure.ts';
import type { PartTarget } from './part-target.ts';
import type { Session } from './session.ts';

/** Cleaning up after a failure is not worth a longer wait; the rest is for the bucket's lifecycle rule. */
const CLEAN_UP_MILLISECONDS = 10_000;

/** Before each time that an upload is ended but the first. */
const PAUSES_MILLISECONDS = [100, 200, 400, 800];

/**
 * Ends an upload in parts as well as that can be done, for the failure itself says more than one of this.
 *
 * @param mayStillArrive parts were cut off on their way: a server may take one after it has ended the upload, which is
 *   then there again (S3 documents that it may have to be ended several times), so that it is ended until it is
 *   twice in a row not there
 */
export async function giveUp(
  session: Session,
  key: string,
  target: PartTarget,
  mayStillArrive: boolean,
): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_MILLISECONDS);
  let isGoneSince = 0;
  for (const pause of [0, ...(mayStillArrive ? PAUSES_MILLISECONDS : [])]) {
    await sleep(pause);
    const ended = await end(session, key, target, signal);
    if (ended === 'failed') return;
    isGoneSince = ended === 'gone' ? isGoneSince + 1 : 0;
    if (isGoneSince === 2) return;
  }
}

async function end(
  session: Session,
  key: string,
  target: PartTarget,
  signal: AbortSignal,
): Promise<'ended' | 'gone' | 'failed'> {
  try {
    await session.call({ operation: 'AbortMultipartUpload', key }, signal, (client, options) =>
      client.send(new AbortMultipartUploadCommand(target), options),
    );
    return 'ended';
  } catch (error) {
    return answerOf(error)?.name === 'NoSuchUpload' ? 'gone' : 'failed';
  }
}
