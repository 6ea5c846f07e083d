import { isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, YAMLSeq } from 'yaml';
import { unlimited } from './budget.ts';
import type { Budget } from './budget.ts';
import type { Problem } from '../model/problem.ts';
import { spanInside } from './document/inside.ts';
import { linesOf } from './document/lines.ts';
import type { Lines } from './document/lines.ts';
import { nodesOf, spanOf } from './document/nodes.ts';
import type { Nodes } from './document/nodes.ts';
import type { Findings, Place, Span } from './document/problem.ts';
import { NestedTooDeeply, parseYaml } from './document/parse-yaml.ts';
import { readNode } from './document/read.ts';
import { explainSyntax, TOO_DEEP } from './document/syntax.ts';
import type { Shape, ValueOf } from './schema/shape/shape.ts';

export type Path = readonly (string | number)[];

/** A file read by its shape, with the way back from any value to the place where it is written. */
export interface ParsedDocument<S extends Shape = Shape> {
  /**
   * Plain data; what is wrong is reported and left out, so every key may be absent, and all that is there is of
   * its type. Undefined where the text is no YAML, or no object.
   */
  readonly value: ValueOf<S> | undefined;
  /** Errors and warnings in the file's order. */
  readonly problems: readonly Problem[];
  /** The key or the value at a path; where the path ends early, the last place that exists. */
  positionOf(path: Path, which: 'key' | 'value'): Place;
  /** A part of the text at a path, by its offset in the value. */
  positionInside(path: Path, offset: number, length: number): Place;
}

/** Reads a YAML file by a shape. Never throws for what the text holds; all mistakes are found at once. */
export function parseDocument<S extends Shape>(
  text: string,
  file: string,
  shape: S,
  budget: Budget = unlimited,
): ParsedDocument<S> {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = linesOf(content);
  const placeOf = ({ start, end }: Span): Place => {
    const { line, column } = lines.at(Math.min(start, content.length));
    const source = lines.textOf(line);
    const length = Math.max(1, Math.min(end - start, source.length - column + 1));
    return { file, line, column, length, source };
  };
  const { findings, problems } = collect(placeOf);
  const kept = new Map<YAMLSeq, readonly number[]>();
  const { value, nodes } = read(content, shape, lines, findings, kept, budget);
  return {
    // `readNode` builds by the shape what `ValueOf` derives from it.
    value: value as ValueOf<S> | undefined,
    problems: problems(),
    positionOf: (path, which) => placeOf(locate(nodes, kept, path).span[which]),
    positionInside: (path, offset, length) => {
      const { node, span } = locate(nodes, kept, path);
      if (!isScalar(node) || typeof node.value !== 'string') return placeOf(span.value);
      return placeOf(spanInside(node, span.value, content, node.value, offset, length));
    },
  };
}

/** More than any pipeline needs; parsing time grows with it. */
const MAX_CHARACTERS = 1024 * 1024;
const MAX_NODES = 100_000;
const MAX_SYNTAX_ERRORS = 50;
/** Beyond it nobody reads on; the first ones are mended first. */
const MAX_PROBLEMS = 200;

function read(
  content: string,
  shape: Shape,
  lines: Lines,
  findings: Findings,
  kept: Map<YAMLSeq, readonly number[]>,
  budget: Budget,
): { readonly value: unknown; readonly nodes: Nodes | undefined } {
  const nowhere = { start: 0, end: 1 };
  if (content.length > MAX_CHARACTERS) {
    findings.add(
      'file-too-large',
      nowhere,
      `expected at most 1 MiB of text, found ${String(content.length)} characters`,
    );
    return { value: undefined, nodes: undefined };
  }
  try {
    const document = parseYaml(content, budget);
    if (reportSyntax(document, content, lines, findings)) return { value: undefined, nodes: undefined };
    const nodes = nodesOf(document, findings, budget);
    const { root } = nodes;
    if (root === undefined || (isScalar(root) && root.value === null)) {
      const fix = 'Write at least its required keys; `sluice init` makes an example.';
      findings.add('empty-file', nowhere, 'the file is empty', fix);
      return { value: undefined, nodes };
    }
    const { start } = spanOf(root);
    const value = readNode(
      root,
      shape,
      { start, end: start + 1 },
      { nodes, findings, text: content, kept, nodesLeft: MAX_NODES, budget, read: readNode },
    );
    return { value, nodes };
  } catch (error) {
    if (!(error instanceof NestedTooDeeply)) throw error;
    const { message, fix } = TOO_DEEP;
    findings.add('yaml-syntax', { start: error.offset, end: error.offset + 1 }, message, fix);
    return { value: undefined, nodes: undefined };
  }
}

/** After a syntax error the rest may be read wrongly, so it is not judged. */
function reportSyntax(document: Document.Parsed, content: string, lines: Lines, findings: Findings): boolean {
  const told = new Set<number>();
  for (const error of document.errors) {
    // One mistake makes the parser stumble several times in its line, and often in all that follow.
    const { line } = lines.at(error.pos[0]);
    if (told.has(line) || told.size === MAX_SYNTAX_ERRORS) continue;
    told.add(line);
    const { span, message, fix } = explainSyntax(error, content);
    findings.add('yaml-syntax', span, message, fix);
  }
  for (const { code, message, pos } of document.warnings.slice(0, MAX_SYNTAX_ERRORS)) {
    const span = { start: pos[0], end: pos[1] };
    if (code === 'TAG_RESOLVE_FAILED') {
      const tag = content.slice(span.start, span.end);
      const fix = 'A value that begins with `!` stands in quotes.';
      findings.add('bad-tag', span, `expected a value, found the YAML tag \`${tag}\``, fix);
    } else {
      findings.add('yaml-syntax', span, message, undefined, 'warning');
    }
  }
  return document.errors.length > 0;
}

function collect(placeOf: (span: Span) => Place): { findings: Findings; problems: () => readonly Problem[] } {
  const found = new Map<string, Problem>();
  const findings: Findings = {
    add: (code, span, message, fix, severity = 'error') => {
      if (found.size >= MAX_PROBLEMS) return;
      const problem = { severity, code, ...placeOf(span), message, ...(fix === undefined ? {} : { fix }) };
      found.set(`${String(span.start)} ${code} ${message}`, problem);
    },
  };
  const inOrder = (a: Problem, b: Problem): number =>
    (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
  return { findings, problems: () => [...found.values()].sort(inOrder) };
}

function locate(
  nodes: Nodes | undefined,
  kept: ReadonlyMap<YAMLSeq, readonly number[]>,
  path: Path,
): { readonly node: Node | undefined; readonly span: { readonly key: Span; readonly value: Span } } {
  const start = { start: 0, end: 1 };
  if (nodes?.root === undefined) return { node: undefined, span: { key: start, value: start } };
  let node = nodes.resolve(nodes.root);
  let span = { key: start, value: spanOf(nodes.root) };
  for (const step of path) {
    if (isMap(node)) {
      const entry = nodes.entryOf(node, String(step));
      if (entry === undefined) break;
      const key = spanOf(entry.keyNode);
      const isEmpty =
        entry.valueNode === undefined || spanOf(entry.valueNode).start === spanOf(entry.valueNode).end;
      span = { key, value: isEmpty || entry.valueNode === undefined ? key : spanOf(entry.valueNode) };
      node = nodes.resolve(entry.valueNode);
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[kept.get(node)?.[step] ?? step] as Node | undefined;
      if (item === undefined) break;
      span = { key: spanOf(item), value: spanOf(item) };
      node = nodes.resolve(item);
    } else {
      break;
    }
  }
  return { node, span };
}
