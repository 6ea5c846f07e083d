import type { Param } from '../../../model/pipeline.ts';
import { items, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { MergedTask } from '../merge.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted, suggest } from '../source/words.ts';

export interface TaskParams {
  /** In the pipeline's order. */
  readonly params: readonly string[];
  /** The time key, then the other keys. */
  readonly keys: readonly string[];
  readonly timeKey?: string;
  /** Several time keys, told already: nothing more can be said about its needs. */
  readonly unclear: boolean;
}

/** The params that a task sees: those it lists, else all; a hook without keys sees only settings. */
export function compileTaskParams(
  merged: MergedTask,
  params: Readonly<Record<string, Param>>,
  isHook: boolean,
  report: ProblemReport,
): TaskParams {
  const node = merged.keys.get('params');
  const listed = node === undefined ? undefined : listedNames(node, params, report);
  const seen = Object.values(params).filter((param) => {
    if (listed !== undefined) return listed.has(param.name);
    return !(isHook && isKey(param));
  });
  if (isHook && node !== undefined) refuseKeys(node, seen, report);
  const names = seen.map((param) => param.name);
  if (isHook) return { params: names, keys: [], unclear: false };

  const times = seen.filter((param) => param.kind === 'time').map((param) => param.name);
  if (times.length > 1) reportSeveral(merged, node, times, report);
  const others = seen.filter((param) => param.kind === 'plain' && param.key).map((param) => param.name);
  const timeKey = times[0];
  return {
    params: names,
    keys: timeKey === undefined ? others : [timeKey, ...others],
    ...(timeKey === undefined ? {} : { timeKey }),
    unclear: times.length > 1,
  };
}

export function isKey(param: Param): boolean {
  return param.kind === 'time' || param.key;
}

function listedNames(
  node: Node,
  params: Readonly<Record<string, Param>>,
  report: ProblemReport,
): ReadonlySet<string> {
  const listed = new Set<string>();
  for (const item of items(node)) {
    const name = text(item);
    if (name === undefined) continue;
    listed.add(name);
    if (Object.hasOwn(params, name)) continue;
    report.error(item, 'param-unknown', `this pipeline has no param \`${name}\``, {
      fix: suggest(name, Object.keys(params), `Add it under \`params:\` of the pipeline.`),
    });
  }
  return listed;
}

function reportSeveral(
  merged: MergedTask,
  node: Node | undefined,
  times: readonly string[],
  report: ProblemReport,
): void {
  const found = `task \`${merged.name}\` has the time keys ${quoted(times)}, and a task has one at most`;
  const fix = `Write the one it is for: params: [${times[0] ?? ''}].`;
  if (node === undefined) {
    report.error(
      merged.node,
      'time-keys-several',
      `${found}: \`params\` is all of them where it is not written`,
      {
        fix,
        at: 'key',
      },
    );
  } else report.error(node, 'time-keys-several', found, { fix });
}

function refuseKeys(node: Node, seen: readonly Param[], report: ProblemReport): void {
  const keys = seen.filter(isKey).map((param) => param.name);
  if (keys.length === 0) return;
  report.error(
    node,
    'hook-invalid',
    `a hook runs once per run and has no keys: it can't see ${quoted(keys)}`,
    {
      fix: 'List settings only. Which instances ran is in the file that $SLUICE_RUN names.',
    },
  );
}
