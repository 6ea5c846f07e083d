import type { Path } from '../../document.ts';
import type { Place } from '../../document/problem.ts';
import { own } from '../../../model/own.ts';

export type { Path, Place };

/** A parsed file as compiling needs it. */
export interface SourceDocument {
  readonly file: string;
  positionOf(path: Path, which: 'key' | 'value'): Place;
  /** A part of the text at a path, by its offset in the value. */
  positionInside(path: Path, offset: number, length: number): Place;
}

/**
 * A value of a file together with where it stands: what is merged out of several files (defaults, reusable
 * tasks) can still be pointed at. Compiling reads values only through the functions below. They answer
 * undefined for a wrong type, which validation has told already, so that nothing is said twice.
 */
export interface Node {
  readonly value: unknown;
  readonly document: SourceDocument;
  readonly path: Path;
}

export function child(node: Node | undefined, key: string): Node | undefined {
  if (node === undefined || !isMap(node.value)) return undefined;
  const value = own(node.value, key);
  if (value === undefined || value === null) return undefined;
  return { value, document: node.document, path: [...node.path, key] };
}

/** The members of a map in the file's order; members without a value too (`tasks: { all: }`). */
export function members(node: Node | undefined): readonly (readonly [string, Node])[] {
  if (node === undefined || !isMap(node.value)) return [];
  return Object.entries(node.value).map(([key, value]) => [
    key,
    { value, document: node.document, path: [...node.path, key] },
  ]);
}

/** The items of a list; what is not a list counts as its only item. */
export function items(node: Node | undefined): readonly Node[] {
  if (node === undefined || node.value === null) return [];
  if (!Array.isArray(node.value)) return [node];
  return node.value
    .map((value: unknown, index) => ({ value, document: node.document, path: [...node.path, index] }))
    .filter((item) => item.value !== null && item.value !== undefined);
}

export function text(node: Node | undefined): string | undefined {
  return typeof node?.value === 'string' ? node.value : undefined;
}

export function number(node: Node | undefined): number | undefined {
  return typeof node?.value === 'number' && Number.isFinite(node.value) ? node.value : undefined;
}

export function boolean(node: Node | undefined): boolean | undefined {
  return typeof node?.value === 'boolean' ? node.value : undefined;
}

export function scalar(node: Node | undefined): string | number | boolean | undefined {
  return text(node) ?? number(node) ?? boolean(node);
}

/** A scalar as a text, as the environment of a process sees it. */
export function scalarText(node: Node | undefined): string | undefined {
  const value = scalar(node);
  return value === undefined ? undefined : String(value);
}

export function isMapNode(node: Node | undefined): node is Node {
  return node !== undefined && isMap(node.value);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
