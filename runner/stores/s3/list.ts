import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { compareKeys } from '../../model/key.ts';
import type { ObjectInfo } from '../../ports.ts';
import { etagIn } from './answer.ts';
import type { Session } from './session.ts';

const PAGE = 1000;

/** The next page is on its way while one is looked at. */
export async function* listKeys(
  session: Session,
  prefix: string,
  { after, to, signal }: { readonly after?: string; readonly to?: string; readonly signal?: AbortSignal },
): AsyncIterable<readonly ObjectInfo[]> {
  const ask = (token: string | undefined): Promise<ListObjectsV2CommandOutput> => {
    const command = new ListObjectsV2Command({
      Bucket: session.bucket,
      Prefix: session.prefix + prefix,
      MaxKeys: PAGE,
      ...(token !== undefined && { ContinuationToken: token }),
      ...(token === undefined && after !== undefined && { StartAfter: session.prefix + after }),
    });
    return session.call({ operation: 'ListObjectsV2', key: `${prefix}*` }, signal, (client, options) =>
      client.send(command, options),
    );
  };
  let pending: Promise<ListObjectsV2CommandOutput> | undefined = ask(undefined);
  while (pending !== undefined) {
    const answer: ListObjectsV2CommandOutput = await pending;
    const token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    const infos = infosIn(answer, session.prefix);
    const page = infos.filter(({ key }) => to === undefined || compareKeys(key, to) <= 0);
    pending = token === undefined || page.length < infos.length ? undefined : ask(token);
    // Told when it is waited for; who stops listing does not.
    pending?.catch(() => undefined);
    if (page.length > 0) yield page;
    signal?.throwIfAborted();
  }
}

function infosIn({ Contents = [] }: ListObjectsV2CommandOutput, prefix: string): readonly ObjectInfo[] {
  return Contents.flatMap(({ Key, ETag, Size, LastModified }) =>
    Key === undefined || Key.endsWith('/')
      ? []
      : [
          {
            key: Key.slice(prefix.length),
            etag: etagIn(ETag),
            ...(Size !== undefined && { sizeBytes: Size }),
            ...(LastModified !== undefined && { modifiedAt: LastModified.toISOString() }),
          },
        ],
  );
}
