import type { YAMLMap } from 'yaml';
import type { ObjectShape, Rest, VariantsShape } from '../schema/shape/shape.ts';
import { didYouMean, suggestion } from '../suggest.ts';
import type { ReadContext } from './context.ts';
import { spanOf } from './nodes.ts';
import type { Entry } from './nodes.ts';
import type { Span } from './problem.ts';
import { isTooMany, MAX_NAMES } from './too-many.ts';
import { alternatives } from './words.ts';
import { own, setOwn } from '../../model/own.ts';

/** The keys of an object: known ones by their shapes, named ones by `rest`, all others reported. */
export function readKeys(
  node: YAMLMap,
  shape: ObjectShape,
  owner: Span,
  context: ReadContext,
  family?: VariantsShape,
): Readonly<Record<string, unknown>> {
  const entries = context.nodes.entriesOf(node);
  const most = shape.rest?.most ?? MAX_NAMES;
  const called = shape.rest === undefined ? 'keys' : `${shape.rest.called}s`;
  if (isTooMany(entries.length, most + Object.keys(shape.keys).length, called, owner, context)) return {};
  const value: Record<string, unknown> = {};
  const meant = new Set<string>();
  for (const entry of entries) {
    if (shape.extensible === true && entry.name.startsWith('x-')) continue;
    const key = own(shape.keys, entry.name);
    const found =
      key !== undefined
        ? context.read(entry.valueNode, key.shape, spanOf(entry.keyNode), context)
        : shape.rest !== undefined
          ? readNamed(entry, shape.rest, context)
          : reportUnknown(entry, shape, meant, context, family);
    if (found !== undefined) setOwn(value, entry.name, found);
  }
  const names = new Set([...entries.map((entry) => entry.name), ...meant]);
  for (const [name, key] of Object.entries(shape.keys)) {
    if (key.required !== true || names.has(name)) continue;
    const example = key.example?.includes('\n') === false ? ` For example \`${key.example}\`.` : '';
    context.findings.add(
      'missing-key',
      owner,
      `${shape.called} has no \`${name}\``,
      `Add \`${name}:\`.${example}`,
    );
  }
  for (const group of shape.oneOfKeys ?? []) {
    if (group.some((name) => names.has(name))) continue;
    context.findings.add(
      'missing-key',
      owner,
      `${shape.called} has none of ${alternatives(group)}`,
      'Add one of them.',
    );
  }
  return value;
}

function readNamed(entry: Entry, rest: Rest, context: ReadContext): unknown {
  if (!rest.name.pattern.test(entry.name)) {
    const mended = rest.name.mend?.(entry.name);
    const fix = mended === undefined || !rest.name.pattern.test(mended) ? undefined : `Write \`${mended}\`.`;
    const message = `expected ${rest.name.words}, found ${JSON.stringify(entry.name)}`;
    context.findings.add('bad-name', spanOf(entry.keyNode), message, fix);
    // Read all the same, for what is wrong inside it; kept, so that what mentions it is not reported too.
  }
  return context.read(entry.valueNode, rest.shape, spanOf(entry.keyNode), context) ?? null;
}

function reportUnknown(
  entry: Entry,
  shape: ObjectShape,
  meant: Set<string>,
  context: ReadContext,
  family: VariantsShape | undefined,
): undefined {
  const known = Object.keys(shape.keys);
  const near = suggestion(entry.name, known);
  if (near !== undefined) meant.add(near);
  const others = Object.values(family?.cases ?? {}).filter((other) => Object.hasOwn(other.keys, entry.name));
  const instead = own(shape.instead, entry.name);
  const fix =
    instead ??
    (others.length > 0
      ? `It belongs to ${others.map((other) => other.called).join(', ')}.`
      : near === undefined
        ? (oneLevelDown(entry.name, shape) ?? didYouMean(entry.name, known, 'keys'))
        : `Did you mean \`${near}\`?`);
  context.findings.add(
    'unknown-key',
    spanOf(entry.keyNode),
    `${shape.called} has no key \`${entry.name}\``,
    fix,
  );
  return undefined;
}

/** The key under which a misplaced one belongs: `max-attempts` under `retry`. */
function oneLevelDown(name: string, shape: ObjectShape): string | undefined {
  for (const [outer, { shape: below }] of Object.entries(shape.keys)) {
    for (const option of below.kind === 'oneOf' ? below.options : [below]) {
      const near = option.kind === 'object' ? suggestion(name, Object.keys(option.keys)) : undefined;
      if (near !== undefined) return `Write it under \`${outer}\`: \`${outer}: { ${near}: … }\`.`;
    }
  }
  return undefined;
}
