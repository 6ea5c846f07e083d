import { setTimeout as sleep } from 'node:timers/promises';
import { errorAnswer, headerIn, withoutHeaders, type Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { S3Request } from './request.ts';

/** What happens to a request instead of being handed to and fro. */
export type Fault = (exchange: Exchange) => Promise<void>;

/** The server says no before it has done anything. */
export function refused(status: number, code: string): Fault {
  return async ({ body, reply }) => {
    await body();
    reply(errorAnswer(status, code));
  };
}

/** Broken before the server heard of it. */
export const resetBefore: Fault = async ({ reset }) => reset();

/** Half of what was sent had come. */
export const resetMidway: Fault = async ({ body, breakOff, reset }) => {
  const whole = await body();
  await breakOff(whole.subarray(0, whole.length / 2));
  reset();
};

/** It took effect, and its answer is lost. */
export const resetAfter: Fault = async ({ forward, reset }) => {
  await forward();
  reset();
};

/** It took effect at once, and the answer comes late. */
export function answeredLate(milliseconds: number): Fault {
  return async ({ forward, reply, signal }) => {
    const answer = await forward();
    await sleep(milliseconds, undefined, { signal });
    reply(answer);
  };
}

/** It is on its way for so long that whoever sent it has given it up; then it takes effect. */
export function deliveredLate(milliseconds: number): Fault {
  return async ({ body, forward, reply }) => {
    await body();
    await sleep(milliseconds);
    reply(await forward());
  };
}

/** The head says how many bytes, fewer come. */
export const cutOff: Fault = async ({ forward, reply }) => {
  const answer = await forward();
  reply(answer, Math.floor(answer.body.length / 2));
};

/** Fewer bytes come, and the head says so. */
export const cutShort: Fault = async ({ forward, reply }) => {
  const answer = await forward();
  reply({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) });
};

/** One bit of the answer is another. */
export const answerFlipped: Fault = async ({ forward, reply }) => {
  const answer = await forward();
  reply({ ...answer, body: flipped(answer.body) });
};

/** One bit of what is sent is another. */
export const bodyFlipped: Fault = async ({ body, forward, reply }) => {
  reply(await forward(flipped(await body())));
};

/** Another ETag than the server said, in the head and in XML. */
export const wrongEtag: Fault = async ({ forward, reply }) => {
  const { status, headers, body } = await forward();
  const has = headerIn(headers, /^etag$/i) !== undefined;
  const text = body.toString('latin1').replace(/(<ETag>(?:&#34;|&quot;|")?)[0-9a-f]{32}/g, `$1${WRONG_ETAG}`);
  reply({
    status,
    headers: [...withoutHeaders(headers, /^etag$/i), ...(has ? ['ETag', `"${WRONG_ETAG}"`] : [])],
    body: Buffer.from(text, 'latin1'),
  });
};

const WRONG_ETAG = '0123456789abcdef0123456789abcdef';

/** A request that a test has in its hand: at the door, half through it, or done and not yet answered. */
export interface Hold {
  readonly fault: Fault;
  readonly caught: Promise<S3Request>;
  /** When it has been answered, or broken. */
  readonly over: Promise<void>;
  /** Lets it go on its way. */
  release(): void;
  /** Breaks it: at the door it never takes effect. */
  drop(): void;
}

export type HoldWhen = 'arrived' | 'midway' | 'done';

export function createHold(when: HoldWhen): Hold {
  const caught = createSignal<S3Request>();
  const decided = createSignal<'release' | 'drop'>();
  const over = createSignal<void>();
  return {
    caught: caught.given,
    over: over.given,
    release: () => decided.give('release'),
    drop: () => decided.give('drop'),
    async fault({ request, body, forward, reply, reset }) {
      // It has come whole: what becomes of its client changes nothing of it.
      await body();
      const midway = when === 'midway' ? forward(undefined, decided.given) : undefined;
      const done: Answer | undefined = when === 'done' ? await forward() : undefined;
      caught.give(request);
      if ((await decided.given) === 'drop') reset();
      else reply(done ?? (await (midway ?? forward())));
      over.give();
    },
  };
}

/** Given once, awaited by whoever likes. */
function createSignal<T>(): { readonly given: Promise<T>; readonly give: (value: T) => void } {
  let give: (value: T) => void = () => undefined;
  const given = new Promise<T>((resolve) => (give = resolve));
  return { given, give: (value) => give(value) };
}

/** Not the first: that may be a bit that nobody reads. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(copy.length / 2);
  if (copy.length > 0) copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
