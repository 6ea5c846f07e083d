import type { Scalar } from 'yaml';
import { inexactWords, readNumber as readExact } from '../../model/exact-number.ts';
import type { NumberShape, TextShape } from '../schema/shape/shape.ts';
import { didYouMean } from '../suggest.ts';
import type { ReadContext } from './context.ts';
import { spanInside } from './inside.ts';
import type { Span } from './problem.ts';
import { isTooMany } from './too-many.ts';
import { alternatives, expectedWords, foundWords, numberWords, shortened, sourceOf } from './words.ts';
import { wrongType } from './wrong-type.ts';
import { own } from '../../model/own.ts';

export function readText(
  node: Scalar,
  shape: TextShape,
  place: Span,
  context: ReadContext,
): string | undefined {
  const text = textOf(node, shape);
  if (text === undefined) return refuseScalar(node, shape, place, context);
  if (text.includes('\0')) {
    const message = 'expected a text, found one with a NUL character, which no program can be given';
    context.findings.add('bad-value', place, message, 'Remove it, or let the script write it.');
    return undefined;
  }
  const opens = text.indexOf('${{');
  if (opens >= 0 && shape.contexts === undefined) {
    const span = spanInside(node, place, context.text, text, opens, 3);
    const fix = shape.insteadOfExpression ?? 'Write the value itself.';
    context.findings.add('expression-not-allowed', span, '`${{ }}` is not allowed here', fix);
    return undefined;
  }
  if (opens >= 0) return isReadable(text, shape, place, context) ? text : undefined;
  if (text === '' && shape.asWritten !== true && shape.mayBeEmpty !== true) {
    context.findings.add(
      'missing-value',
      place,
      `expected ${expectedWords(shape)}, found an empty string`,
      'Write a value, or remove the key.',
    );
    return undefined;
  }
  if (shape.values !== undefined && !shape.values.includes(text)) {
    const message = `expected ${alternatives(shape.values)}, found ${foundWords(node)}`;
    const near = didYouMean(text, shape.values, 'values');
    context.findings.add('bad-value', place, message, near.startsWith('Did') ? near : undefined);
    return undefined;
  }
  return matches(text, shape, place, context) ? text : undefined;
}

/** The text as YAML reads it, or as it is written where that is what counts. */
function textOf(node: Scalar, shape: TextShape): string | undefined {
  if (typeof node.value === 'string') return node.value;
  return shape.asWritten === true ? sourceOf(node) : undefined;
}

function refuseScalar(node: Scalar, shape: TextShape, place: Span, context: ReadContext): undefined {
  const written = sourceOf(node);
  const mended = shape.format?.mend?.(written) ?? written;
  const message = `expected ${expectedWords(shape)}, found ${foundWords(node)}`;
  context.findings.add('wrong-type', place, message, `Put it in quotes: '${mended}'.`);
  return undefined;
}

/** What has a format is a name, a path or a rule: no system takes a longer one. */
const MAX_FORMATTED = 4096;

/** In one text; each is parsed and looked at. */
const MAX_EXPRESSIONS = 500;

function isReadable(text: string, shape: TextShape, place: Span, context: ReadContext): boolean {
  const count = text.split('${{').length - 1;
  if (isTooMany(count, MAX_EXPRESSIONS, 'expressions in one text', place, context)) return false;
  return shape.format === undefined || isShort(text, shape.format.words, place, context);
}

function isShort(text: string, words: string, place: Span, context: ReadContext): boolean {
  if (text.length <= MAX_FORMATTED) return true;
  const message = `expected ${words}, found a text of ${text.length.toLocaleString('en-US')} characters`;
  context.findings.add('bad-value', place, message);
  return false;
}

function matches(text: string, shape: TextShape, place: Span, context: ReadContext): boolean {
  const { format } = shape;
  if (format === undefined) return true;
  if (!isShort(text, format.words, place, context)) return false;
  if (!format.pattern.test(text)) {
    const mended = format.mend?.(text);
    const fix = mended !== undefined && format.pattern.test(mended) ? `Write '${mended}'.` : undefined;
    context.findings.add('bad-value', place, `expected ${format.words}, found ${shortened(text)}`, fix);
    return false;
  }
  const wrong = format.check?.(text);
  if (wrong !== undefined) context.findings.add('bad-value', place, wrong.message, wrong.fix);
  return wrong === undefined;
}

export function readNumber(
  node: Scalar,
  shape: NumberShape,
  place: Span,
  context: ReadContext,
): number | undefined {
  const { value } = node;
  if (typeof value !== 'number') {
    const text = typeof value === 'string' ? value : '';
    if (text.includes('${{')) {
      context.findings.add(
        'expression-not-allowed',
        place,
        `expected ${numberWords(shape)}, found an expression`,
        'Write the number itself.',
      );
    } else if (text.trim() !== '' && Number.isFinite(Number(text))) {
      const message = `expected ${numberWords(shape)}, found ${foundWords(node)}`;
      context.findings.add('wrong-type', place, message, `Remove the quotes: ${text}.`);
    } else {
      wrongType(node, shape, place, context);
    }
    return undefined;
  }
  const written = readExact(node.source ?? String(value));
  if (written.kind === 'inexact' && Number.isFinite(value)) {
    const message = `expected ${numberWords(shape)}, found ${inexactWords(sourceOf(node), value)}`;
    const fix = `Write it as a string param: type: string, and the value in quotes, '${sourceOf(node)}'.`;
    context.findings.add('bad-value', place, message, fix);
    return undefined;
  }
  const { min = -Infinity, max = Infinity, above = -Infinity } = shape;
  const isOne = shape.values?.includes(value) ?? true;
  const fits = isOne && Number.isFinite(value) && value >= min && value <= max && value > above;
  if (fits && (!shape.integer || Number.isSafeInteger(value))) return value;
  context.findings.add('bad-value', place, `expected ${numberWords(shape)}, found ${foundWords(node)}`);
  return undefined;
}

const SPOKEN: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  no: false,
  off: false,
  n: false,
};

export function readBoolean(node: Scalar, place: Span, context: ReadContext): boolean | undefined {
  const { value } = node;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  const spoken = own(SPOKEN, text);
  const fix =
    spoken !== undefined
      ? `YAML 1.2 reads ${text} as a text: write ${String(spoken)}.`
      : text === 'true' || text === 'false'
        ? `Remove the quotes: ${text}.`
        : undefined;
  const code = text.includes('${{') ? 'expression-not-allowed' : 'wrong-type';
  context.findings.add(code, place, `expected true or false, found ${foundWords(node)}`, fix);
  return undefined;
}
