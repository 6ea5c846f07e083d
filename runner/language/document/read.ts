import { isMap, isScalar, isSeq } from 'yaml';
import type { Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { readNumber } from '../../model/exact-number.ts';
import type { Key, ListShape, ObjectShape, OneOfShape, Shape, VariantsShape } from '../schema/shape/shape.ts';
import { readKeys } from './keys.ts';
import { ALIAS_FIX, spanOf } from './nodes.ts';
import type { ReadContext } from './context.ts';
import type { Span } from './problem.ts';
import { readBoolean, readNumber as readNumberNode, readText } from './scalar.ts';
import { isTooMany, MAX_ITEMS } from './too-many.ts';
import { alternatives, expectedWords } from './words.ts';
import { wrongType } from './wrong-type.ts';
import { own } from '../../model/own.ts';

/**
 * The plain value at a node, read by its shape. What is wrong is reported and left out: undefined here, a missing
 * key or item one level up.
 */
export function readNode(
  written: Node | undefined,
  shape: Shape,
  owner: Span,
  context: ReadContext,
): unknown {
  context.budget.check();
  if (context.nodesLeft <= 0) {
    // Told once: all that follows is left out for the same reason.
    if (context.nodesLeft === 0) {
      const message = 'this file holds too many values to read, aliases counted as often as they are used';
      context.findings.add('too-many-aliases', owner, message, ALIAS_FIX);
    }
    context.nodesLeft = -1;
    return undefined;
  }
  context.nodesLeft -= 1;
  const node = context.nodes.resolve(written);
  if (written !== undefined && node === undefined) return undefined; // reported as `bad-alias`
  if (node === undefined || (isScalar(node) && node.value === null))
    return readNothing(shape, owner, context);
  const place = written === undefined ? owner : spanOf(written);
  switch (shape.kind) {
    case 'oneOf':
      return readOneOf(node, shape, place, owner, context);
    case 'list':
      return isSeq(node) ? readList(node, shape, context) : wrongType(node, shape, place, context);
    case 'object':
      return isMap(node) ? readKeys(node, shape, owner, context) : wrongType(node, shape, place, context);
    case 'variants':
      return isMap(node) ? readVariant(node, shape, owner, context) : wrongType(node, shape, place, context);
    case 'text':
      return isScalar(node) ? readText(node, shape, place, context) : wrongType(node, shape, place, context);
    case 'number':
      return isScalar(node)
        ? readNumberNode(node, shape, place, context)
        : wrongType(node, shape, place, context);
    case 'boolean':
      return isScalar(node) ? readBoolean(node, place, context) : wrongType(node, shape, place, context);
  }
}

function readNothing(shape: Shape, owner: Span, context: ReadContext): unknown {
  const options = shape.kind === 'oneOf' ? shape.options : [shape];
  if (options.some((option) => option.kind === 'object' && option.mayBeEmpty === true)) return {};
  if (options.some((option) => option.kind === 'text' && option.asWritten === true)) {
    const message = `expected ${expectedWords(shape)}, found nothing`;
    context.findings.add('missing-value', owner, message, "An empty text is written ''.");
    return undefined;
  }
  const fix = 'Write a value, or remove the key.';
  context.findings.add('missing-value', owner, `expected ${expectedWords(shape)}, found nothing`, fix);
  return undefined;
}

function readList(node: YAMLSeq, shape: ListShape, context: ReadContext): readonly unknown[] | undefined {
  if (node.items.length < shape.minItems) {
    const message = `expected a list of at least ${String(shape.minItems)}, found an empty list`;
    context.findings.add('bad-value', spanOf(node), message, 'Write a value, or remove the key.');
    return undefined;
  }
  if (isTooMany(node.items.length, shape.maxItems ?? MAX_ITEMS, 'items', spanOf(node), context))
    return undefined;
  const items: unknown[] = [];
  const kept: number[] = [];
  for (const [index, item] of (node.items as readonly Node[]).entries()) {
    const value = readNode(item, shape.item, spanOf(item), context);
    if (value === undefined) continue;
    items.push(value);
    kept.push(index);
  }
  context.kept.set(node, kept);
  return items;
}

/** Picks the alternative by the kind of what is written, so that the message speaks of what was meant. */
function readOneOf(node: Node, shape: OneOfShape, place: Span, owner: Span, context: ReadContext): unknown {
  if (isMap(node)) {
    const objects = shape.options.filter((option) => option.kind === 'object' || option.kind === 'variants');
    const best = nearestObject(node, objects, context);
    return best === undefined ? wrongType(node, shape, place, context) : readNode(node, best, owner, context);
  }
  if (isSeq(node)) {
    const list = shape.options.find((option) => option.kind === 'list');
    return list === undefined ? wrongType(node, shape, place, context) : readNode(node, list, place, context);
  }
  if (!isScalar(node)) return undefined;
  const scalar = optionFor(node, shape.options);
  if (scalar === undefined) return wrongType(node, shape, place, context);
  if (
    scalar.kind === 'text' &&
    scalar.onlyExpression === true &&
    !(typeof node.value === 'string' && node.value.includes('${{'))
  ) {
    return wrongType(node, shape, place, context);
  }
  const hasText = shape.options.some((option) => option.kind === 'text');
  if (scalar.kind === 'number' && hasText && !isFaithful(node, place, context)) return undefined;
  return readNode(node, scalar, place, context);
}

/** A number that could be meant as a text is told where YAML spells it otherwise; one that loses digits is refused. */
function isFaithful(node: Scalar, place: Span, context: ReadContext): boolean {
  if (node.source === undefined || node.source === String(node.value)) return true;
  const isExact = readNumber(node.source).kind !== 'inexact';
  const message = `${node.source} is the number ${String(node.value)} to YAML`;
  const fix = `Put it in quotes to keep it as it is: '${node.source}'.`;
  context.findings.add('ambiguous-value', place, message, fix, isExact ? 'warning' : 'error');
  return isExact;
}

function optionFor(node: Scalar, options: readonly Shape[]): Shape | undefined {
  const type = typeof node.value;
  const texts = options.filter((option) => option.kind === 'text');
  if (type === 'string') return texts[0];
  const exact = options.find((option) => option.kind === type);
  return exact ?? texts.find((option) => option.asWritten === true);
}

/** The object that shares most keys with what is written; a required one counts for more. */
function nearestObject(
  node: YAMLMap,
  shapes: readonly (ObjectShape | VariantsShape)[],
  context: ReadContext,
): Shape | undefined {
  const names = context.nodes.entriesOf(node).map((entry) => entry.name);
  let best: { shape: Shape; score: number } | undefined;
  for (const shape of shapes) {
    const keys = shape.kind === 'object' ? shape.keys : {};
    const score = names.reduce(
      (sum, name) => sum + (Object.hasOwn(keys, name) ? worthOf(own(keys, name)) : 0),
      0,
    );
    const missing = Object.entries(keys).filter(
      ([name, key]) => key.required === true && !names.includes(name),
    );
    const total = score - missing.length;
    if (best === undefined || total > best.score) best = { shape, score: total };
  }
  return best?.shape;
}

function worthOf(key: Key | undefined): number {
  return key?.required === true ? 10 : 1;
}

function readVariant(node: YAMLMap, shape: VariantsShape, owner: Span, context: ReadContext): unknown {
  const entry = context.nodes.entryOf(node, shape.tag);
  const names = Object.keys(shape.cases);
  if (entry === undefined) {
    const message = `${shape.called} has no \`${shape.tag}\``;
    context.findings.add('missing-key', owner, message, `Add \`${shape.tag}:\` with ${alternatives(names)}.`);
    return undefined;
  }
  const value = context.nodes.resolve(entry.valueNode);
  const tag = isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
  const chosen = tag === undefined ? undefined : own(shape.cases, tag);
  if (chosen !== undefined) return readKeys(node, chosen, owner, context, shape);
  // Says what is wrong with the tag, in the words of any such place.
  readNode(entry.valueNode, { kind: 'text', values: names }, spanOf(entry.keyNode), context);
  return undefined;
}
