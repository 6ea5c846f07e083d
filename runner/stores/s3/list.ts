import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { compareKeys } from '../../model/key.ts';
import type { ListOptions, ObjectInfo } from '../../ports.ts';
import { etagIn } from './answer.ts';
import { listingOf } from './listing-answer.ts';
import type { ListingText } from './listing-text.ts';
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
  readonly first: Promise<ListingText>;
  readonly next: (token: string) => Promise<ListingText>;
  readonly prefixLength: number;
}

/** Its first page is on its way. */
function startPages(
  session: Session,
  prefix: string,
  stretch: Stretch,
  signal: AbortSignal | undefined,
): Pages {
  const ask = (token: string | undefined): Promise<ListingText> => {
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
      async (client, options) => listingOf(await client.send(command, options)),
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
    const { token } = answer;
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

function infosIn({ entries }: ListingText, prefixLength: number): Page {
  return entries.flatMap(({ key, etag, ...more }) =>
    key.endsWith('/') ? [] : [{ key: key.slice(prefixLength), etag: etagIn(etag), ...more }],
  );
}
