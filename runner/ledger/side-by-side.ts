/** Acts on each as it comes, so many at a time. The first error ends it, once all that is under way has ended. */
export async function sideBySide<T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  act: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const coming = inTurn(items);
  const failure = new AbortController();
  const work = async (): Promise<void> => {
    while (!failure.signal.aborted) {
      signal?.throwIfAborted();
      const next = await coming.next();
      if (next.done === true) return;
      await act(next.value);
    }
  };
  const working = Array.from({ length: width }, () =>
    work().catch((error: unknown) => {
      failure.abort();
      throw error;
    }),
  );
  const ended = await Promise.allSettled(working);
  await coming.return(undefined);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** A generator answers one `next` after the other, whoever asks. */
async function* inTurn<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
  return undefined;
}
