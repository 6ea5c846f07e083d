import { createOutputCheck } from '../model/outputs.ts';
import type { InstanceId } from '../model/partition.ts';
import type { NeedRule, Output, Task } from '../model/pipeline.ts';
import type { Manifest } from '../model/records.ts';
import { valuesReadOf } from './values-read.ts';

/** A result that was made before its task declared something that a needer reads. */
export interface Lacking {
  readonly instance: InstanceId;
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
  return names.length === 0 ? undefined : { instance: manifest.instance, names };
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
  return `${nameOf(first.instance)} was made before it declared ${names}${more}: sluice run ${first.instance} --rebuild stale`;
}

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
