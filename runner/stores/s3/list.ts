import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { compareKeys } from '../../model/key.ts';
import type { ListOptions, ObjectInfo } from '../../ports.ts';
import { etagIn } from './answer.ts';
import type { Session } from './session.ts';
import { stretches, type Stretch } from './stretches.ts';

const PAGE = 1000;

/** Stretches that are asked for before the first of them has been taken: so much is held at most. */
const AHEAD = 6;

type Page = readonly ObjectInfo[];

/** In order, whatever the order of the answers. */
export async function* listKeys(
  session: Session,
  prefix: string,
  { signal, ...options }: ListOptions,
): AsyncIterable<Page> {
  const waiting = stretches(options);
  const started: Pages[] = [];
  for (;;) {
    while (started.length < AHEAD) {
      const next = waiting.shift();
      if (next === undefined) break;
      started.push(startPages(session, prefix, next, signal));
    }
    const first = started.shift();
    if (first === undefined) return;
    yield* pagesOf(first, signal);
  }
}

interface Pages {
  readonly stretch: Stretch;
  readonly first: Promise<ListObjectsV2CommandOutput>;
  readonly next: (token: string) => Promise<ListObjectsV2CommandOutput>;
  readonly prefixLength: number;
}

/** Its first page is on its way. */
function startPages(
  session: Session,
  prefix: string,
  stretch: Stretch,
  signal: AbortSignal | undefined,
): Pages {
  const ask = (token: string | undefined): Promise<ListObjectsV2CommandOutput> => {
    const command = new ListObjectsV2Command({
      Bucket: session.bucket,
      Prefix: session.prefix + prefix,
      MaxKeys: PAGE,
      ...(token !== undefined && { ContinuationToken: token }),
      ...(token === undefined &&
        stretch.after !== undefined && { StartAfter: session.prefix + stretch.after }),
    });
    const answer = session.call(
      { operation: 'ListObjectsV2', key: `${prefix}*` },
      signal,
      (client, options) => client.send(command, options),
    );
    // Told when it is waited for; who stops listing does not.
    answer.catch(() => undefined);
    return answer;
  };
  return { stretch, first: ask(undefined), next: ask, prefixLength: session.prefix.length };
}

/** From the second page on the next is on its way while one is looked at: many look at no more than the first. */
async function* pagesOf(
  { stretch: { to }, first, next, prefixLength }: Pages,
  signal: AbortSignal | undefined,
): AsyncIterable<Page> {
  let answer = await first;
  for (let isFirst = true; ; isFirst = false) {
    const token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    const infos = infosIn(answer, prefixLength);
    const page = infos.filter(({ key }) => to === undefined || compareKeys(key, to) <= 0);
    const isLast = token === undefined || page.length < infos.length;
    const pending = isLast || isFirst ? undefined : next(token);
    if (page.length > 0) yield page;
    signal?.throwIfAborted();
    if (isLast) return;
    answer = await (pending ?? next(token));
  }
}

function infosIn({ Contents = [] }: ListObjectsV2CommandOutput, prefixLength: number): Page {
  return Contents.flatMap(({ Key, ETag, Size, LastModified }) =>
    Key === undefined || Key.endsWith('/')
      ? []
      : [
          {
            key: Key.slice(prefixLength),
            etag: etagIn(ETag),
            ...(Size !== undefined && { sizeBytes: Size }),
            ...(LastModified !== undefined && { modifiedAt: LastModified.toISOString() }),
          },
        ],
  );
}
