import type { Cause } from '../../../model/cause.ts';
import { formatLimit } from '../../../model/duration.ts';
import { isPassing } from '../connection/is-passing.ts';
import type { MemoryLimit } from './memory-limit.ts';

/** How a container ended, as its inspect tells. */
export interface EndState {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Somebody had the engine send it a signal, and that was not us; false where it is not known. */
  readonly wasSignalled: boolean;
  /** The engine's own words, where it has some. */
  readonly error: string;
  /** The end of what it wrote to stderr: an init program that finds no command tells it only there. */
  readonly lastWords: string;
}

export interface EndCircumstances {
  /** Why we stopped it, if we did. */
  readonly stopped: 'timeout' | 'cancelled' | undefined;
  readonly timeoutSeconds: number;
  readonly memory: MemoryLimit | undefined;
}

/** Why a container that has ended did not succeed; undefined: it did. The one table of causes. */
export function causeOfEnd(state: EndState, circumstances: EndCircumstances): Cause | undefined {
  const { exitCode } = state;
  switch (circumstances.stopped) {
    case 'timeout':
      return final(
        'timeout',
        `stopped after ${formatLimit(circumstances.timeoutSeconds)}; timeout-minutes sets how long it may take`,
      );
    case 'cancelled':
      return final('cancelled', 'stopped, as the run was interrupted');
    case undefined:
      break;
  }
  // An engine says so even if only a child ran out of memory, and the task went on and did well.
  if (exitCode === 0) return undefined;
  const { memory } = circumstances;
  if (state.oomKilled) return final('oom', `ran out of memory${limitOf(memory)}`);
  // Not every engine tells, and none in every case.
  if (exitCode === 137 && memory !== undefined && !state.wasSignalled) {
    return final(
      'oom',
      `killed, and nobody is known to have done it: most likely out of memory${limitOf(memory)}`,
    );
  }
  const refusal = INIT_REFUSAL.exec(state.lastWords);
  if (refusal !== null && (exitCode === 1 || exitCode >= 126)) {
    return final(
      'command-not-found',
      `its command could not be executed: ${refusal[1] ?? refusal[2] ?? refusal[3]}`,
    );
  }
  switch (exitCode) {
    case 66:
      return final('no-data', 'there is no data for this partition (exit status 66)');
    case 75:
      return final('not-ready', 'not ready yet (exit status 75)');
    case 126:
      return final(
        'command-not-found',
        'a command could not be executed (exit status 126): not executable, or for another processor',
      );
    case 127:
      return final(
        'command-not-found',
        'a command was not found (exit status 127); is it in the image, and on its PATH?',
      );
    default:
  }
  const signal = SIGNALS[exitCode - 128];
  if (signal !== undefined) {
    const by = FROM_OUTSIDE.has(signal) ? ', and not by sluice' : '';
    return final('signal', `ended by ${signal}${by} (exit status ${exitCode})`);
  }
  return final('exit', `exit status ${exitCode}${state.error === '' ? '' : `: ${state.error}`}`);
}

/** Why a container could not be started, from the engine's refusal. */
export function causeOfStart(status: number | undefined, message: string, command: string): Cause {
  const words = message.replace(/\s+/g, ' ').trim();
  if (
    /executable file .*not found|exec: .*no such file or directory|stat .*no such file or directory/i.test(
      words,
    )
  ) {
    return final('command-not-found', `${command} is not in the image: ${words}`);
  }
  if (
    /exec: .*permission denied|exec format error|starting container process.*permission denied/i.test(words)
  ) {
    return final('command-not-found', `${command} could not be executed: ${words}`);
  }
  if (/no command specified|no command or entrypoint provided/i.test(words)) {
    return final('start-failed', 'the image names no command, and the task has neither run nor args');
  }
  const who = /unable to find (user|group) (\S+):/.exec(words);
  if (who !== null) {
    return final(
      'start-failed',
      `the image has no ${who[1]} ${who[2]}; write one that it has as user:, or a number (${words})`,
    );
  }
  return {
    kind: 'start-failed',
    message: `the engine did not start it: ${words}`,
    transient: isPassing(status, words),
  };
}

/**
 * tini's words (Docker's init), and catatonit's (Podman's), which ends with 1 as a script might; and runc's, where the
 * init program itself cannot be given the arguments.
 */
const INIT_REFUSAL =
  /^\[FATAL tini \(\d+\)\] (exec .* failed: .*)$|^ERROR \(catatonit:\d+\): (failed to exec pid1: .*)$|^exec \S*-init: (.*)$/m;

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

const FROM_OUTSIDE = new Set(['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGTERM']);

function final(kind: Cause['kind'], message: string): Cause {
  return { kind, message, transient: false };
}

function limitOf(memory: MemoryLimit | undefined): string {
  if (memory === undefined) return '';
  const whose = memory.isOwn ? '' : ", the engine's less a tenth";
  return ` (limit ${size(memory.bytes)}${whose}; see resources: memory)`;
}

function size(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes >= 1024 && mebibytes % 1024 === 0
    ? `${mebibytes / 1024} GiB`
    : `${Number(mebibytes.toFixed(1))} MiB`;
}
