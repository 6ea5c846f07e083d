import type Dockerode from 'dockerode';
import { answerWithin } from '../connection/answer-within.ts';
import { isEngineAway } from '../connection/engine-answer.ts';
import { requestStream } from '../connection/request.ts';

const ANSWER_SECONDS = 15;
const NOTED_WITHIN_SECONDS = 3;

/**
 * Whether somebody had the engine send a signal to a container that has ended: both engines keep such events for a
 * while. False also where they were not kept.
 */
export async function wasSignalled(
  docker: Dockerode,
  {
    id,
    startedAt,
    finishedAt,
  }: { readonly id: string; readonly startedAt: number; readonly finishedAt: number },
  stop: AbortSignal,
): Promise<boolean> {
  if (!(startedAt > 0 && finishedAt > 0)) return false;
  const filters = { container: [id], event: ['kill'] };
  const query = {
    since: String(Math.floor(startedAt / 1000)),
    // An engine waits until then. On a busy machine Podman notes the kill seconds after the container has ended by it.
    until: String(Math.ceil(finishedAt / 1000) + NOTED_WITHIN_SECONDS),
    filters: JSON.stringify(filters),
  };
  try {
    return await answerWithin(
      ANSWER_SECONDS,
      async (signal) => {
        let isAny = false;
        const request = { method: 'GET', path: '/events', query, signal } as const;
        for await (const bytes of await requestStream(docker, request)) isAny ||= bytes.length > 2;
        return isAny;
      },
      stop,
    );
  } catch (error) {
    if (stop.aborted && isEngineAway(error)) throw error;
    return false;
  }
}
