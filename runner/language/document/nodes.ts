import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml';
import type { Budget } from '../budget.ts';
import type { Findings, Span } from './problem.ts';
import { sourceOf } from './words.ts';

export interface Entry {
  readonly name: string;
  readonly keyNode: Node;
  /** Undefined: nothing written. */
  readonly valueNode: Node | undefined;
}

/** The document's nodes with aliases and merge keys followed. */
export interface Nodes {
  readonly root: Node | undefined;
  /** The node itself, or what its alias stands for. */
  resolve(node: Node | undefined): Node | undefined;
  /** In the file's order; what is written comes before what is merged in by `<<`. */
  entriesOf(node: YAMLMap): readonly Entry[];
  /** One of them. */
  entryOf(node: YAMLMap, name: string): Entry | undefined;
}

/** `<<` of what has `<<` itself, and so on. */
const MAX_MERGE_DEPTH = 20;
/** What `<<` brings along, over the whole file: each of a chain holds all that those before it do. */
const MAX_MERGED = 100_000;

export function nodesOf(document: Document.Parsed, findings: Findings, budget: Budget): Nodes {
  const targets = targetsOf(document, findings, budget);
  const resolve = (node: Node | undefined): Node | undefined => (isAlias(node) ? targets.get(node) : node);
  const known = new Map<YAMLMap, ReadonlyMap<string, Entry>>();
  const lists = new Map<YAMLMap, readonly Entry[]>();
  let mergedCount = 0;

  const byName = (map: YAMLMap, above: readonly YAMLMap[] = []): ReadonlyMap<string, Entry> => {
    const before = known.get(map);
    if (before !== undefined) return before;
    const own = new Map<string, Entry>();
    const merged: Entry[] = [];
    for (const pair of map.items as readonly Pair<Node | null, Node | null>[]) {
      budget.check();
      const keyNode = resolve(pair.key ?? undefined);
      const place = pair.key ?? map;
      if (!isScalar(keyNode)) {
        findings.add('bad-key', spanOf(place), 'expected a name as key, found a list or an object', KEY_FIX);
        continue;
      }
      const name = sourceOf(keyNode);
      if (name === '<<' && keyNode.type === 'PLAIN') {
        for (const entry of entriesMergedBy(pair.value ?? undefined, place, [...above, map]))
          merged.push(entry);
        continue;
      }
      if (own.has(name)) {
        findings.add(
          'duplicate-key',
          spanOf(place),
          `the key \`${name}\` is written twice`,
          'Keep one of them.',
        );
        continue;
      }
      own.set(name, { name, keyNode: pair.key ?? keyNode, valueNode: pair.value ?? undefined });
    }
    for (const entry of merged) if (!own.has(entry.name)) own.set(entry.name, entry);
    known.set(map, own);
    return own;
  };

  const entriesMergedBy = (
    value: Node | undefined,
    place: Node,
    above: readonly YAMLMap[],
  ): Iterable<Entry> => {
    const source = resolve(value);
    const maps = isSeq(source) ? source.items.map((item) => resolve(item as Node)) : [source];
    const entries = new Map<string, Entry>();
    for (const map of maps) {
      if (above.length > MAX_MERGE_DEPTH || mergedCount > MAX_MERGED) {
        const message =
          '`<<` merges what was merged itself, and so on: this makes the file too large to read';
        findings.add('too-many-aliases', spanOf(place), message, ALIAS_FIX);
        break;
      }
      if (!isMap(map) || above.includes(map)) {
        findings.add(
          'bad-alias',
          spanOf(place),
          '`<<` merges objects: expected an alias such as `*defaults`',
        );
      } else {
        // The first of several wins.
        const found = byName(map, above);
        mergedCount += found.size + 1;
        for (const entry of found.values()) if (!entries.has(entry.name)) entries.set(entry.name, entry);
      }
    }
    return entries.values();
  };

  return {
    root: document.contents ?? undefined,
    resolve,
    entriesOf: (map) => {
      const before = lists.get(map);
      if (before !== undefined) return before;
      const entries = [...byName(map).values()];
      lists.set(map, entries);
      return entries;
    },
    entryOf: (map, name) => byName(map).get(name),
  };
}

export const ALIAS_FIX = 'Write the parts out, or use `defaults` and reusable tasks.';

const KEY_FIX =
  "If this is an expression or a text that begins with `{` or `[`, put it in quotes: '${{ … }}'.";

/** An alias stands for the last node before it with that anchor. */
function targetsOf(document: Document.Parsed, findings: Findings, budget: Budget): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node, path) => {
      budget.check();
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target === undefined) {
        const fix =
          'A value that begins with `*` stands in quotes; an anchor `&name` comes before its alias.';
        findings.add('bad-alias', spanOf(node), `there is no anchor \`&${node.source}\` before this`, fix);
      } else if (path.includes(target)) {
        findings.add('bad-alias', spanOf(node), `\`*${node.source}\` stands inside what it stands for`);
      } else {
        targets.set(node, target);
      }
    },
  });
  return targets;
}

export function spanOf(node: Node): Span {
  const [start = 0, end = start] = node.range ?? [];
  return { start, end };
}
