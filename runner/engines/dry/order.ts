import type { Job } from '../../model/job.ts';

/** Watches that an engine is used as its port says; throws where it is not. */
export function createOrder(): {
  readonly begin: (job: Job) => void;
  readonly end: (job: Job) => void;
  readonly close: () => void;
  readonly widest: () => number;
} {
  const running = new Set<string>();
  const ended = new Set<string>();
  let closed = false;
  let widest = 0;

  return {
    begin({ attempt, run, instance, outputs }) {
      if (closed) throw new OrderError(`${instance} was run after the engine was closed`);
      if (running.has(attempt)) throw new OrderError(`${attempt} was run while it was still running`);
      if (ended.has(attempt)) {
        throw new OrderError(`${attempt} was run again after it had ended; another try is another attempt`);
      }
      if (!attempt.startsWith(`${run}-`)) {
        throw new OrderError(`${attempt} is not an attempt of the run ${run}`);
      }
      if (!outputs.prefix.endsWith('/')) {
        throw new OrderError(`the prefix ${outputs.prefix} of ${attempt} does not end in /`);
      }
      running.add(attempt);
      widest = Math.max(widest, running.size);
    },
    end({ attempt }) {
      running.delete(attempt);
      ended.add(attempt);
    },
    close() {
      if (running.size > 0) {
        throw new OrderError(`the engine was closed while ${[...running].join(', ')} ran`);
      }
      closed = true;
    },
    widest: () => widest,
  };
}

class OrderError extends Error {
  override readonly name = 'OrderError';
}
