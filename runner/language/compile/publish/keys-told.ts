import type { Publish } from '../../../model/pipeline.ts';
import { keyText } from '../../../model/partition.ts';
import { keysIn } from '../needs/reads.ts';
import { own } from '../../../model/own.ts';
import { child } from '../source/node.ts';
import type { LocatedOutput } from '../task/outputs.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted } from '../source/words.ts';
import { pathParts, UNKNOWN } from './path-parts.ts';
import type { PathContext, PathPart } from './path-parts.ts';
import { followsFrom } from './time-facts.ts';
import { toldBy } from './told.ts';

/** That no two instances of a task publish to one path. */
export function checkKeys(
  context: PathContext,
  { output, node }: LocatedOutput,
  publish: Publish,
  report: ProblemReport,
): void {
  const { task, params } = context;
  if (output.kind !== 'path') return;
  // A later date may replace an earlier one; two venues of one date have no order.
  const needed = publish.newest ? task.keys.filter((key) => key !== task.timeKey) : task.keys;
  const at = child(node, 'publish') ?? node;
  const parts = [...pathParts(publish.path, context), ...nameParts(output.path, publish.path, context)];
  const told = toldBy(parts);
  const untold = needed.filter((key) => {
    const param = own(params, key);
    return !followsFrom(told, key, param?.kind === 'time' ? param : undefined);
  });
  const text = publish.path.endsWith('/') ? publish.path + output.path : publish.path;
  const read = keysIn(text, task.inputs, task.keys);
  const missing = untold.filter((key) => !read.has(key));
  const source = (key: string) =>
    `\${{ ${task.matrix?.keys.includes(key) === true ? 'matrix' : 'params'}.${key} }}`;
  const orNewest =
    untold.length === 1 && untold[0] === task.timeKey
      ? `, or write publish: { path: ${publish.path}, newest: true }`
      : '';
  if (missing.length > 0) {
    const message = `${publish.path} is the same for every ${quoted(missing, 'or')}: results would overwrite each other`;
    const fix = `Put ${missing.map(source).join(' and ')} into the path${orNewest}.`;
    report.error(at, 'publish-without-key', message, { fix });
  } else if (untold.length > 0) {
    const message = `${publish.path} can be the same for two values of ${quoted(untold, 'or')}: results would overwrite each other`;
    const whole = `Write ${untold.map(source).join(' and ')} whole, between texts that no value holds, such as /`;
    const date = untold.some((key) => key === task.timeKey)
      ? '; formatDate(…) must write all of it, with a four-digit year'
      : '';
    report.error(at, 'publish-ambiguous', message, { fix: `${whole}${date}${orNewest}.` });
  }
  for (const [key, value] of valuesWithSlash(context).filter(([key]) => read.has(key))) {
    const message = `\`${key}\` has the value ${value}, and in a published path a value is one name, without \`/\``;
    const fix = 'Write the value without `/`, and put that back together in the script.';
    report.error(at, 'publish-ambiguous', message, { fix });
  }
}

/** Into a folder, a file keeps its name; of a folder or a glob all that is below it, whatever it is. */
function nameParts(output: string, path: string, context: PathContext): readonly PathPart[] {
  if (!path.endsWith('/')) return [];
  const parts = pathParts(output, context);
  const isSeveral =
    output.endsWith('/') || parts.some((part) => part.kind === 'text' && /[*?[\]{}()!+@\\]/.test(part.text));
  if (isSeveral) return [UNKNOWN];
  const name: PathPart[] = [];
  for (const part of parts) {
    const slash = part.kind === 'text' ? part.text.lastIndexOf('/') : -1;
    const mayEndFolder = slash >= 0 || (part.kind === 'value' && part.mayHold('/'));
    if (mayEndFolder) name.length = 0;
    name.push(part.kind === 'text' ? { kind: 'text', text: part.text.slice(slash + 1) } : part);
  }
  return name;
}

/** Values that are written down and hold a slash; those of params are looked at when they are given. */
function valuesWithSlash({ task, params }: PathContext): readonly (readonly [key: string, value: string])[] {
  const legs = task.matrix?.kind === 'static' ? task.matrix.legs : [];
  const options = Object.values(params).flatMap((param) =>
    param.kind === 'plain' ? (param.options ?? []).map((option) => [param.name, option] as const) : [],
  );
  const values = [
    ...legs.flatMap((leg) => Object.entries(leg).map(([name, value]) => [name, keyText(value)] as const)),
    ...options,
  ].filter(([name, value]) => task.keys.includes(name) && value.includes('/'));
  return [...new Map(values)];
}
