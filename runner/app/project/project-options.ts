/** Flags come before `SLUICE_*` variables, these before `sluice.yaml`, this before the defaults. */
export interface ProjectOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly project?: string;
  /** A pipeline file, where one was named instead of a project. */
  readonly file?: string;
  readonly store?: string;
  readonly engine?: string;
  readonly concurrency?: number;
  /** How long reading the project may take; for ever where it is left out. */
  readonly budgetSeconds?: number;
}
