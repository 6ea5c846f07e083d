import type { AppOptions } from '../../app/asked-pipeline.ts';
import type { Output } from './output.ts';

/** Flags that every command has. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
  readonly project?: string;
  readonly store?: string;
  readonly engine?: string;
  readonly param?: readonly string[];
  /** `--json`, …: the flags that the command has, for what may be a misspelt one. */
  readonly flagNames?: readonly string[];
}

/** What this process, its flags and a file that was named say of where all is found. */
export function appOptions(flags: CommonFlags, output: Pick<Output, 'warn'>, file?: string): AppOptions {
  return {
    cwd: process.cwd(),
    env: process.env,
    say: output.warn,
    ...(flags.project === undefined ? {} : { project: flags.project }),
    ...(file === undefined ? {} : { file }),
    ...(flags.store === undefined ? {} : { store: flags.store }),
    ...(flags.engine === undefined ? {} : { engine: flags.engine }),
  };
}
