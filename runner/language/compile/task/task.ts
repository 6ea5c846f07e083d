import type { Param, Task } from '../../../model/pipeline.ts';
import type { Calendar } from '../../../model/time.ts';
import { URL_VALUES } from '../../../model/source.ts';
import { DEFAULTS } from '../../schema/defaults.ts';
import { compileCondition } from './condition.ts';
import { compileExternal } from './external.ts';
import { compileFiles } from './files.ts';
import { compileImage } from './image.ts';
import { checkLengths } from './lengths.ts';
import { compileConcurrency, compilePools, compileResources, compileRetry } from './limits.ts';
import { compileMatrix } from '../matrix/matrix.ts';
import { warnOfUndeclared } from './mentioned.ts';
import type { MergedTask } from '../merge.ts';
import { compileMoments } from '../time/moments.ts';
import { boolean, child, items, number, scalarText, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { compileOutputs } from './outputs.ts';
import type { LocatedOutput } from './outputs.ts';
import { placeOf } from '../source/problem-report.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { compileEnvironment, compileSecrets } from './environment.ts';
import { checkKind, kindOf } from './task-kind.ts';
import { compileTaskParams } from './task-params.ts';
import type { Tree } from '../source/tree.ts';
import { warnOfTaskKeys } from '../unbuilt.ts';
import { own } from '../../../model/own.ts';

/** What surrounds a task: its pipeline's params and calendars, the project's pools. */
export interface TaskSurroundings {
  readonly params: Readonly<Record<string, Param>>;
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly pools: Readonly<Record<string, number>>;
}

/** A task but for its needs, which are bound when every task is known. */
export interface TaskDraft {
  readonly merged: MergedTask;
  readonly task: Task;
  readonly outputs: readonly LocatedOutput[];
  /** Its time key could not be made out; that is told already. */
  readonly unclear: boolean;
}

export async function compileTask(
  merged: MergedTask,
  inputs: Readonly<Record<string, string>>,
  surroundings: TaskSurroundings,
  tree: Tree,
  report: ProblemReport,
): Promise<TaskDraft> {
  const { keys, lists, name } = merged;
  const { params, calendars, pools } = surroundings;
  const condition = compileCondition(keys.get('if'), report);
  const kind = kindOf(merged, condition);
  const { unclear, ...taskParams } = compileTaskParams(merged, params, kind === 'hook', report);
  const matrix = compileMatrix(child(keys.get('strategy'), 'matrix'), Object.keys(params), report);
  const outputs = compileOutputs(lists.outputs, report);
  const external = compileExternal(keys.get('external'), report);
  const files = await compileFiles(lists.files, tree, report);
  const image =
    kind === 'container' || kind === 'hook' ? await compileImage(keys.get('image'), tree, report) : undefined;
  const commands = [keys.get('run'), ...items(keys.get('entrypoint')), ...items(keys.get('args'))];
  await warnOfUndeclared(
    commands.filter((node) => node !== undefined),
    files,
    tree,
    report,
  );
  checkKind(merged, kind, report);
  checkLengths(merged, report);
  warnOfTaskKeys(keys, report);
  const timeKey = taskParams.timeKey === undefined ? undefined : own(params, taskParams.timeKey);
  const { line, column, file } = placeOf(merged.node, 'key');

  const task: Task = {
    name,
    position: { file, line, column },
    kind,
    ...texts(keys, { description: 'description', owner: 'owner', runbook: 'runbook' }),
    ...taskParams,
    keys: [...taskParams.keys, ...(matrix?.keys ?? [])],
    ...defined('matrix', matrix),
    ...defined('maxParallel', number(child(keys.get('strategy'), 'max-parallel'))),
    failFast: boolean(child(keys.get('strategy'), 'fail-fast')) ?? DEFAULTS.failFast,
    needs: [],
    after: [],
    ...defined('if', condition),
    ...defined('image', image),
    ...texts(keys, { run: 'run', user: 'user', 'working-directory': 'workingDirectory' }),
    shell: text(keys.get('shell')) ?? DEFAULTS.shell,
    ...defined('entrypoint', textsOf(keys.get('entrypoint'))),
    ...defined('args', textsOf(keys.get('args'))),
    env: compileEnvironment(merged.env, report),
    inputs,
    secrets: compileSecrets(lists.secrets, merged.env, report),
    files,
    outputs: external?.kind === 'url' ? URL_OUTPUTS : outputs.map(({ output }) => output),
    network: text(keys.get('network')) === 'none' ? 'none' : DEFAULTS.network,
    pull: PULLS.find((pull) => pull === text(keys.get('pull'))) ?? DEFAULTS.pull,
    resources: compileResources(keys.get('resources'), report),
    capAdd: textsOf(keys.get('cap-add')) ?? [],
    capDrop: textsOf(keys.get('cap-drop')) ?? [],
    pools: compilePools(keys.get('pool'), pools, report),
    ...defined('concurrency', compileConcurrency(keys.get('concurrency'))),
    timeoutSeconds: (number(keys.get('timeout-minutes')) ?? DEFAULTS.timeoutMinutes) * 60,
    continueOnError: boolean(keys.get('continue-on-error')) ?? DEFAULTS.continueOnError,
    retry: compileRetry(merged.retry, report),
    ...(unclear || kind === 'hook' ? {} : compileMoments(keys, timeKey, calendars, report)),
    ...defined('external', external),
  };
  return { merged, task, outputs, unclear };
}

/** What a URL answers is read as values. */
const URL_OUTPUTS = URL_VALUES.map((name) => ({ kind: 'value', name }) as const);

const PULLS = ['missing', 'always', 'never'] as const;

function textsOf(node: Node | undefined): readonly string[] | undefined {
  return node === undefined ? undefined : items(node).flatMap((item) => scalarText(item) ?? []);
}

/** The keys that are there, under the names of the model. */
function texts<Name extends string>(
  keys: ReadonlyMap<string, Node>,
  names: Readonly<Record<string, Name>>,
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const [key, name] of Object.entries(names)) {
    const value = scalarText(keys.get(key));
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  const found: Partial<Record<Key, Value>> = {};
  if (value !== undefined) found[key] = value;
  return found;
}
