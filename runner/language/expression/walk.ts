import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
} from '@actions/expressions/ast';
import type { Expr } from '@actions/expressions/ast';
import { Kind } from '@actions/expressions/data/index';
import type { Token } from '@actions/expressions/lexer';

/** A context with the members read from it: `needs.prices.outputs.rows`. */
export interface Access {
  readonly root: Token;
  /** As far as names are written down; `undefined` stands for `*` or a computed index. */
  readonly steps: readonly (AccessStep | undefined)[];
}

export interface AccessStep {
  readonly name: string;
  readonly token: Token;
}

/** Every access of a context, the ones inside an index or an argument too. */
export function accessesIn(tree: Expr): readonly Access[] {
  return [...topsIn(tree)].flatMap((node) => accessOf(node) ?? []);
}

function accessOf(node: Expr): Access | undefined {
  const steps: (AccessStep | undefined)[] = [];
  let inner: Expr = node;
  while (inner instanceof IndexAccess) {
    steps.unshift(stepOf(inner.index));
    inner = inner.expr;
  }
  return inner instanceof ContextAccess ? { root: inner.name, steps } : undefined;
}

/** A context that is compared with a text that is written down. */
export interface Comparison {
  readonly access: Access;
  readonly text: string;
  readonly token: Token;
}

export function comparisonsIn(tree: Expr): readonly Comparison[] {
  return [...nodesIn(tree)].flatMap((node): readonly Comparison[] => {
    if (!(node instanceof Binary)) return [];
    const sides = [node.left, node.right];
    const access = sides.map((side) => accessOf(side)).find((found) => found !== undefined);
    const text = sides.map((side) => stepOf(side)).find((found) => found !== undefined);
    return access === undefined || text === undefined ? [] : [{ access, text: text.name, token: text.token }];
  });
}

export function callsIn(tree: Expr): readonly FunctionCall[] {
  return [...nodesIn(tree)].filter((node) => node instanceof FunctionCall);
}

function stepOf(index: Expr): AccessStep | undefined {
  if (!(index instanceof Literal) || index.literal.kind !== Kind.String) return undefined;
  return { name: index.literal.value, token: index.token };
}

/** Accesses that are not themselves the object of a further one. */
function* topsIn(tree: Expr): Generator<Expr> {
  const inside = new Set<Expr>();
  for (const node of nodesIn(tree)) {
    if (node instanceof IndexAccess) inside.add(node.expr);
    if ((node instanceof IndexAccess || node instanceof ContextAccess) && !inside.has(node)) yield node;
  }
}

/** Parents before their children. */
function* nodesIn(node: Expr): Generator<Expr> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesIn(child);
}

function childrenOf(node: Expr): readonly Expr[] {
  if (node instanceof Unary) return [node.expr];
  if (node instanceof Binary) return [node.left, node.right];
  if (node instanceof Logical || node instanceof FunctionCall) return node.args;
  if (node instanceof Grouping) return [node.group];
  if (node instanceof IndexAccess) return node.index instanceof Star ? [node.expr] : [node.expr, node.index];
  return [];
}
