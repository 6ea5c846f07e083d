import { openProject, withImageHashes, type ComposeOptions, type OpenedProject } from '../compose.ts';
import { ProblemsError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import type { Plan } from '../model/plan.ts';
import { didYouMean } from '../language/suggest.ts';
import { openLedger } from './open-ledger.ts';
import type { Output } from './cli/output.ts';
import { usageError } from './cli/output.ts';
import { splitUnknown } from './cli/unknown-flags.ts';
import { createRequest, type RequestFlags } from './request.ts';
import { parseTarget, type Target } from './cli/target.ts';

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

export interface Session {
  readonly opened: OpenedProject;
  readonly pipeline: Pipeline;
  readonly target: Target;
  readonly options: ComposeOptions;
  /** In what was typed; told together with what the plan finds in it. */
  readonly mistakes: readonly Problem[];
  readonly output: Output;
}

export function composeOptions(flags: CommonFlags, target: Target): ComposeOptions {
  return {
    cwd: process.cwd(),
    env: process.env,
    ...(flags.project === undefined ? {} : { project: flags.project }),
    ...(target.file === undefined ? {} : { file: target.file }),
    ...(flags.store === undefined ? {} : { store: flags.store }),
    ...(flags.engine === undefined ? {} : { engine: flags.engine }),
  };
}

/** Opens the project and finds the pipeline that the words name. */
export async function openSession(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<Session> {
  const target = parseTarget(words, flags.param);
  const options = composeOptions(flags, target);
  const opened = await openProject(options);
  await sayWarnings(opened, output);
  const pipeline = pick(opened, target);
  return { opened, pipeline, options, output, ...splitUnknown(target, pipeline, flags) };
}

function pick(opened: OpenedProject, target: Target): Pipeline {
  const names = [...opened.pipelines.keys()];
  const name = target.pipeline ?? opened.named ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw usageError('no-pipeline', 'expected the name of a pipeline', `There are ${names.join(', ')}.`);
  }
  const pipeline = opened.pipelines.get(name);
  if (pipeline !== undefined) return pipeline;
  throw usageError(
    'unknown-pipeline',
    `there is no pipeline "${name}"`,
    didYouMean(name, names, 'pipelines'),
  );
}

async function sayWarnings(opened: OpenedProject, output: Output): Promise<void> {
  if (opened.warnings.length === 0) return;
  const { formatProblems } = await import('../language/frame.ts');
  output.warn(formatProblems(opened.warnings, { color: output.color }));
}

export interface Planned {
  readonly plan: Plan;
  /** With the hashes of the images that are built. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly ledger: Ledger;
}

/** Request, scope, what the store knows, plan. */
export async function makeSessionPlan(
  session: Session,
  flags: RequestFlags,
  options: { readonly contents?: boolean } = {},
): Promise<Planned> {
  const { opened, pipeline, target } = session;
  const [{ scopeOf }, { makePlan }] = await Promise.all([
    import('../plan/scope.ts'),
    import('../plan/plan.ts'),
  ]);
  const now = new Date(opened.clock.now()).toISOString();
  const pipelines = await withImageHashes(opened);
  const scope = withMistakes(session.mistakes, () =>
    scopeOf(pipelines, createRequest(pipeline, target, flags), now),
  );
  const ledger = await openLedger(opened.project, session.output);
  const contents = options.contents === true || scope.contents;
  const knowledge = await ledger.readKnowledge(scope.ranges, { contents });
  return { plan: makePlan(pipelines, scope, knowledge, now), pipelines, ledger };
}

/** What `make` finds wrong comes after what is known to be. */
function withMistakes<Value>(mistakes: readonly Problem[], make: () => Value): Value {
  let value: Value;
  try {
    value = make();
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    throw new ProblemsError([...mistakes, ...error.problems]);
  }
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  return value;
}
