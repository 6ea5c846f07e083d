import type { Matrix, MatrixLeg } from '../../../model/pipeline.ts';
import { keyText } from '../../../model/partition.ts';
import { MAX_LEGS } from '../../../model/matrix-legs.ts';
import { applyExcludes, combine } from './matrix-axes.ts';
import { addIncludes } from './matrix-include.ts';
import { isMapNode, items, members, scalar, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { variableName } from '../params.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted } from '../source/words.ts';
import { own } from '../../../model/own.ts';

const LISTS = new Set(['include', 'exclude']);

/** `strategy.matrix`: GitHub's semantics of axes, `exclude` and `include`, in that order. */
export function compileMatrix(
  node: Node | undefined,
  params: readonly string[],
  report: ProblemReport,
): Matrix | undefined {
  if (node === undefined) return undefined;
  if (!isMapNode(node)) return undefined;
  const all = members(node);
  const axes = all.filter(([name]) => !LISTS.has(name));
  const include = items(all.find(([name]) => name === 'include')?.[1]).filter(isMapNode);
  const exclude = items(all.find(([name]) => name === 'exclude')?.[1]).filter(isMapNode);
  checkNames(axes, include, params, report);
  if (axes.some(([, values]) => text(values) !== undefined))
    return dynamicMatrix(axes, [...include, ...exclude], report);

  const keys = axes.length > 0 ? axes.map(([name]) => name) : sharedKeys(include);
  const combined = applyExcludes(combine(axes, report), keys, exclude, report);
  const legs = addIncludes(
    combined,
    axes.map(([name]) => name),
    include,
    report,
  );
  if (legs.length === 0) {
    report.error(node, 'matrix-empty', 'this matrix has no combination at all', {
      fix: 'Give an axis values, or `include` entries.',
      at: 'key',
    });
    return undefined;
  }
  if (legs.length > MAX_LEGS) {
    report.error(
      node,
      'matrix-invalid',
      `this matrix has ${legs.length} combinations, more than ${MAX_LEGS}`,
      {
        fix: 'Make one of its axes a key of the pipeline, or split the task.',
        at: 'key',
      },
    );
    return undefined;
  }
  if (keys.length === 0) {
    report.error(
      node,
      'matrix-invalid',
      'the `include` entries have no name in common: nothing tells their instances apart',
      {
        fix: 'Give every entry one same name, for example `source:`.',
        at: 'key',
      },
    );
    return undefined;
  }
  checkDuplicates(legs, keys, node, report);
  return { kind: 'static', keys, legs };
}

/** Values that are known only when another task is done; a static axis beside it is written as one of these. */
function dynamicMatrix(
  axes: readonly (readonly [string, Node])[],
  extra: readonly Node[],
  report: ProblemReport,
): Matrix {
  for (const node of extra) {
    report.error(
      node,
      'matrix-invalid',
      '`include` and `exclude` need values that are known before anything runs',
      {
        fix: 'Let the task that lists the values leave them out or add them.',
      },
    );
  }
  const templates = axes.map(([name, values]): readonly [string, string] => {
    const written = text(values);
    if (written !== undefined) return [name, written];
    const json = JSON.stringify(items(values).flatMap((item) => scalar(item) ?? []));
    return [name, `\${{ fromJSON('${json.replaceAll("'", "''")}') }}`];
  });
  return { kind: 'dynamic', keys: axes.map(([name]) => name), axes: Object.fromEntries(templates) };
}

function checkNames(
  axes: readonly (readonly [string, Node])[],
  include: readonly Node[],
  params: readonly string[],
  report: ProblemReport,
): void {
  const variables = new Map<string, string>();
  for (const [name, node] of [...axes, ...include.flatMap((entry) => members(entry))]) {
    if (params.includes(name)) {
      report.error(
        node,
        'matrix-named-like-param',
        `\`${name}\` is a param of this pipeline already: one partition can't have it twice`,
        {
          fix: 'Rename the matrix key.',
          at: 'key',
        },
      );
    }
    const variable = variableName('SLUICE_MATRIX_', name);
    const other = variables.get(variable);
    if (other !== undefined && other !== name) {
      report.error(node, 'name-collision', `\`${other}\` and \`${name}\` would both be $${variable}`, {
        fix: 'Rename one of them.',
        at: 'key',
      });
    }
    variables.set(variable, name);
  }
}

/** Without axes, what every `include` entry has identifies. */
function sharedKeys(include: readonly Node[]): readonly string[] {
  const [first, ...rest] = include.map((entry) => members(entry).map(([name]) => name));
  return (first ?? []).filter((name) => rest.every((names) => names.includes(name)));
}

function checkDuplicates(
  legs: readonly MatrixLeg[],
  keys: readonly string[],
  node: Node,
  report: ProblemReport,
): void {
  const seen = new Set<string>();
  for (const leg of legs) {
    const identity = keys.map((key) => `${key}=${keyText(own(leg, key) ?? '')}`).join('/');
    if (seen.has(identity)) {
      report.error(node, 'matrix-duplicate', `two combinations are both ${identity}`, {
        fix: `They must differ in ${quoted(keys, 'or')}.`,
        at: 'key',
      });
    }
    seen.add(identity);
  }
}
