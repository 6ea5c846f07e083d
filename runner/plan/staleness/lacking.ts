import { createOutputCheck } from '../../model/outputs/outputs.ts';
import { paramFlag } from '../../model/flags.ts';
import { parseInstanceId, type InstanceId } from '../../model/partition.ts';
import type { NeedRule, Output, Task } from '../../model/pipeline.ts';
import type { Manifest } from '../../model/records.ts';
import { valuesReadOf } from './values-read.ts';

/** A result that was made before its task declared something that a needer reads. */
export interface Lacking {
  readonly instance: InstanceId;
  /** Of what it stands for, where that is recorded: ranges are of last days. */
  readonly lastDay?: string;
  /** As they are declared: names of values, paths of files. */
  readonly names: readonly string[];
}

/**
 * What a needer reads and this result cannot have: its task declares it since. To read it as an empty text, or to
 * find no file, would be a wrong result that nobody notices.
 */
export function lackingIn(
  needer: Task,
  rule: NeedRule,
  target: Task,
  manifest: Manifest,
): Lacking | undefined {
  if (manifest.outcome !== 'succeeded') return undefined;
  const read = valuesReadOf(needer, rule, target);
  const names = target.outputs.flatMap((output) => {
    if (output.kind === 'value') {
      return read.has(output.name) && !Object.hasOwn(manifest.values, output.name) ? [output.name] : [];
    }
    return hasFiles(output, manifest) ? [] : [output.path];
  });
  if (names.length === 0) return undefined;
  const { instance, period } = manifest;
  return { instance, names, ...(period === undefined ? {} : { lastDay: dayBefore(period.end) }) };
}

/** In words: what is declared since, also that something is published. */
export function declaredSince(outputs: readonly Output[], manifest: Manifest): readonly string[] {
  if (manifest.outcome !== 'succeeded') return [];
  return outputs.flatMap((output) => {
    if (output.kind === 'value')
      return Object.hasOwn(manifest.values, output.name) ? [] : [`\`${output.name}\` is new`];
    if (!hasFiles(output, manifest)) return [`\`${output.path}\` is new`];
    const isPublished = output.publish === undefined || manifest.published.length > 0;
    return isPublished ? [] : [`\`${output.path}\` is to be published`];
  });
}

/** `count was made before it declared \`days\`: sluice run p/count/_ --rebuild stale` */
export function lackingReason(lacking: readonly Lacking[], nameOf: (id: InstanceId) => string): string {
  const [first] = lacking;
  if (first === undefined) return '';
  const names = first.names.map((name) => `\`${name}\``).join(', ');
  const more = lacking.length > 1 ? `, and ${lacking.length - 1} more like it` : '';
  return `${nameOf(first.instance)} was made before it declared ${names}${more}: ${rebuildCommand(lacking)}`;
}

/** All of them where one command can name them: those of one task that differ in time alone. */
function rebuildCommand(lacking: readonly Lacking[]): string {
  const ids = lacking.map(({ instance }) => parseInstanceId(instance));
  const [first] = ids;
  const days = lacking.flatMap(({ lastDay }) => lastDay ?? []).sort();
  const [from, to] = [days[0], days.at(-1)];
  const isOne = lacking.length === 1 || days.length < lacking.length || first === undefined;
  if (isOne || from === undefined || ids.some((id) => !differsInTimeAlone(id, first)))
    return `sluice run ${lacking[0]?.instance ?? ''} --rebuild stale`;
  const others = first.keys.slice(1).map(({ name, value }) => ` ${paramFlag(name, value)}`);
  return `sluice run ${first.pipeline} ${first.task} --date ${from}..${to}${others.join('')} --rebuild stale`;
}

function differsInTimeAlone(id: ParsedInstance, first: ParsedInstance): boolean {
  const rest = ({ keys }: ParsedInstance) => keys.slice(1).map(({ name, value }) => `${name}=${value}`);
  const isPlain = id.keys.every(({ value, hashed }) => hashed !== true && /^[\w.:-]+$/.test(value));
  return (
    isPlain &&
    `${id.pipeline}/${id.task}` === `${first.pipeline}/${first.task}` &&
    rest(id).join('/') === rest(first).join('/')
  );
}

type ParsedInstance = ReturnType<typeof parseInstanceId>;

/** Of a period's end, which is the first instant after it, in the zone of its dates. */
function dayBefore(end: string): string {
  const day = Date.parse(`${end.slice(0, 10)}T00:00:00Z`);
  const isMidnight = end.slice(11, 19) === '00:00:00';
  return new Date(isMidnight ? day - MS_PER_DAY : day).toISOString().slice(0, 10);
}

const MS_PER_DAY = 86_400_000;

/** A path with an expression is another text in each instance: it is known by what stands around that. */
function hasFiles(output: Extract<Output, { kind: 'path' }>, { objects }: Manifest): boolean {
  const { path: pattern, allowEmpty } = output;
  const opens = pattern.indexOf('${{');
  if (opens >= 0) {
    const before = pattern.slice(0, opens).replace(/^(?:\.\/)+/, '');
    const after = pattern.slice(pattern.lastIndexOf('}}') + 2);
    const isPlain = !/[*?[\]{}()!+@\\]/.test(before + after) && !after.endsWith('/');
    return (
      allowEmpty || !isPlain || objects.some(({ path }) => path.startsWith(before) && path.endsWith(after))
    );
  }
  const check = createOutputCheck([{ pattern, allowEmpty }]);
  for (const { path, bytes } of objects) check.entry({ path, kind: 'file', sizeBytes: bytes });
  return check.finish().kind === 'complete';
}
