import { StoreError } from '../../errors.ts';
import { isImmutable } from '../../model/key.ts';
import { headObject } from './open.ts';
import type { Session } from './session.ts';

/**
 * After a write of more than one request: a server that died over the first may answer the repeated one by what the
 * first has left, and have nothing (versitygw 1.8 does, killed while it completes an upload). What is about to be
 * named in a manifest must be there. A published file may have been replaced by another publisher meanwhile.
 */
export async function expectWritten(
  session: Session,
  key: string,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await headObject(session, key, signal);
  if (found !== undefined && (found.sizeBytes === sizeBytes || !isImmutable(key))) return;
  const instead = found === undefined ? 'there is nothing' : `there are ${found.sizeBytes} bytes`;
  throw new StoreError(
    'store-unreachable',
    `bucket ${session.bucket} said that ${key} was written, ${sizeBytes} bytes, and ${instead}: the server may have died on the way; run it again`,
    { key },
  );
}
