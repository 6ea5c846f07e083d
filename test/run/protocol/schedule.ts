/** What happens next in an interleaving. */
export type Decision =
  /** The same actor's next request takes effect and is answered. */
  | { readonly kind: 'go' }
  /** The last of several requests that were sent at once comes first. */
  | { readonly kind: 'overtake' }
  /** Another actor has its turn; one that slept wakes up. */
  | { readonly kind: 'switch'; readonly to: number }
  /** The actor sleeps so long: its heartbeat is dead, another has its turn. */
  | { readonly kind: 'sleep'; readonly seconds: number }
  /** It dies before its request takes effect, or after that. */
  | { readonly kind: 'die'; readonly moment: 'before' | 'after' }
  /** The request takes effect, its answer is lost; when the actor wakes up it is sent again. */
  | { readonly kind: 'repeat'; readonly seconds: number }
  /** The request takes effect; its answer is lost, and the caller gets an error. */
  | { readonly kind: 'lose' };

export const GO: Decision = { kind: 'go' };

/** One request of an actor to the store, held at the gate. */
interface Request {
  readonly label: string;
  readonly perform: () => Promise<void>;
  readonly answer: () => void;
  readonly lose: () => void;
}

export interface Actor {
  readonly name: string;
  /** By its number it is known as a process. */
  readonly pid: number;
  state: 'ready' | 'asleep' | 'dead' | 'over';
  silentSince: number;
  /** It slept so long that others may hold it for dead, and has noticed. */
  isLate: boolean;
  /** An answer was lost to it for good. */
  cutOff: boolean;
  /** What it waits for; of several at once the order is open. */
  requests: Request[];
}

export interface Time {
  now: number;
}

const LATE_SECONDS = 60;

/** When the actor's heartbeat was last heard of. */
export function lastBeat(actor: Actor, time: Time): number {
  return actor.state === 'ready' ? time.now : actor.silentSince;
}

/** Holds a request until the schedule lets it through. */
export function atGate<T>(
  actor: Actor,
  label: string,
  perform: () => Promise<T>,
  lost: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let settle = (): void => {};
    actor.requests.push({
      label,
      async perform() {
        try {
          const value = await perform();
          settle = () => {
            resolve(value);
          };
        } catch (error) {
          settle = () => {
            reject(error instanceof Error ? error : new Error(String(error)));
          };
        }
      },
      answer: () => {
        settle();
      },
      lose: () => {
        reject(lost());
      },
    });
  });
}

export function createActor(name: string, pid: number): Actor {
  return { name, pid, state: 'ready', silentSince: 0, isLate: false, cutOff: false, requests: [] };
}

/**
 * Plays the actors against each other as the decisions say; when these are used up, whoever is awake goes on to its
 * end, then who slept. Every step and its place in time depend on nothing else.
 */
export async function play(
  actors: readonly Actor[],
  decisions: Iterable<Decision>,
  time: Time,
  trace: string[],
  isBroken: () => boolean,
): Promise<void> {
  const script = decisions[Symbol.iterator]();
  let current = actors[0];
  await settled();
  while (!isBroken()) {
    const able = actors.filter(({ state }) => state === 'ready' || state === 'asleep');
    if (able.length === 0) return;
    if (current?.state !== 'ready') current = able.find(({ state }) => state === 'ready') ?? able[0];
    const { value = GO } = script.next() as { value: Decision | undefined };
    if (value.kind === 'switch') current = able[value.to % able.length];
    if (current === undefined) return;
    if (value.kind === 'sleep') {
      trace.push(`${current.name} sleeps, ${value.seconds} s pass`);
      fallAsleep(current, time, value.seconds);
      continue;
    }
    if (current.state === 'asleep') {
      trace.push(`${current.name} wakes up`);
      current.state = 'ready';
      current.isLate ||= time.now - current.silentSince >= LATE_SECONDS * 1000;
    }
    await step(current, value, time, trace);
    if (value.kind === 'repeat') fallAsleep(current, time, value.seconds);
  }
}

function fallAsleep(actor: Actor, time: Time, seconds: number): void {
  actor.state = 'asleep';
  actor.silentSince = time.now;
  time.now += seconds * 1000;
}

async function step(actor: Actor, decision: Decision, time: Time, trace: string[]): Promise<void> {
  const request = decision.kind === 'overtake' ? actor.requests.pop() : actor.requests.shift();
  if (request === undefined) throw new Error(`${actor.name} waits for something that is no request`);
  trace.push(`${actor.name}: ${request.label}${wordsOf(decision)}`);
  time.now += 1000;
  if (decision.kind === 'die' && decision.moment === 'before') {
    silence(actor, time);
    return;
  }
  await request.perform();
  if (decision.kind === 'die') {
    silence(actor, time);
    return;
  }
  if (decision.kind === 'repeat') {
    actor.requests.unshift(request);
    return;
  }
  if (decision.kind === 'lose') {
    actor.cutOff = true;
    request.lose();
  } else {
    request.answer();
  }
  await settled();
}

function silence(actor: Actor, time: Time): void {
  actor.state = 'dead';
  actor.silentSince = time.now;
}

function wordsOf(decision: Decision): string {
  switch (decision.kind) {
    case 'die':
      return `  <- dies ${decision.moment} it takes effect`;
    case 'repeat':
      return `  <- its answer is lost; ${decision.seconds} s pass before it is sent again`;
    case 'lose':
      return '  <- its answer is lost, the caller gets an error';
    case 'go':
    case 'overtake':
    case 'switch':
    case 'sleep':
      return '';
  }
}

/** Until every actor stands at its gate or is over: all else are promises, which go before what is immediate. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
