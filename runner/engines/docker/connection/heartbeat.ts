import { setMaxListeners } from 'node:events';
import type Dockerode from 'dockerode';
import { EngineSilence } from './answer-within.ts';
import { requestStream } from './request.ts';

export interface Heartbeat {
  /** Aborted when the engine has stopped answering. */
  readonly lost: AbortSignal;
  stop(): void;
}

export interface HeartbeatOptions {
  readonly everySeconds: number;
  readonly answerSeconds: number;
  /** So many in a row; a busy engine may miss one. */
  readonly misses: number;
}

/**
 * Notices an engine that hangs, or a network that swallows all. A connection that breaks is noticed without this;
 * one over which simply nothing comes would be waited on for ever.
 */
export function startHeartbeat(docker: Dockerode, options: HeartbeatOptions): Heartbeat {
  const lost = new AbortController();
  // Every request of every job listens.
  setMaxListeners(0, lost.signal);
  let missed = 0;
  let asking = false;

  async function beat(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      const signal = AbortSignal.timeout(options.answerSeconds * 1000);
      (await requestStream(docker, { method: 'GET', path: '/_ping', signal })).resume();
      missed = 0;
    } catch {
      missed += 1;
      if (missed >= options.misses) lost.abort(new EngineSilence(missed * options.answerSeconds));
    } finally {
      asking = false;
    }
  }

  const timer = setInterval(() => void beat(), options.everySeconds * 1000);
  timer.unref();
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
