import type { JobFile } from '../../model/job.ts';
import type { Task } from '../../model/pipeline.ts';
import { shellWords } from '../shell-words.ts';
import { own } from '../../model/own.ts';

export interface Command {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly files: readonly JobFile[];
}

const SCRIPT = '/sluice/script';

/** How an interpreter is told that its program is the next word; most understand `-c`. */
const PROGRAM_FLAGS: Readonly<Record<string, string>> = {
  node: '-e',
  nodejs: '-e',
  bun: '-e',
  perl: '-e',
  ruby: '-e',
  php: '-r',
  pwsh: '-Command',
};

/** What the container runs: a script by its shell, or the image's own program. `args` are evaluated. */
export function commandOf(
  task: Pick<Task, 'name' | 'run' | 'shell' | 'entrypoint'>,
  args: readonly string[] | undefined,
): Command {
  if (task.run === undefined) {
    return {
      files: [],
      ...(task.entrypoint === undefined ? {} : { entrypoint: task.entrypoint }),
      ...(args === undefined ? {} : { command: args }),
    };
  }
  const shell = shellWords(task.shell);
  const files: JobFile[] = [];
  let line: readonly string[];
  if (shell.some((word) => word.includes('{0}'))) {
    files.push({ kind: 'text', text: task.run, to: SCRIPT, executable: true });
    line = [...shell.map((word) => word.replaceAll('{0}', SCRIPT)), ...(args ?? [])];
  } else {
    const flag = own(PROGRAM_FLAGS, shell[0]?.split('/').at(-1) ?? '') ?? '-c';
    // The word after a shell's script is its `$0`.
    const rest = args === undefined ? [] : flag === '-c' ? [task.name, ...args] : args;
    line = [...shell, flag, task.run, ...rest];
  }
  // An entrypoint of its own wraps the script; else the image's is left out, as it would get the shell as arguments.
  if (task.entrypoint !== undefined) return { entrypoint: task.entrypoint, command: line, files };
  return { entrypoint: line.slice(0, 1), command: line.slice(1), files };
}
