import type { Cause } from '../cause.ts';
import { compileGlob, isGlob } from '../glob.ts';
import type { OutputRule } from '../job.ts';
import { describeMissing } from './missing-outputs.ts';
import { quoteName } from '../quote-name.ts';

export { parseOutputValues } from './output-values.ts';

/** One thing found below `/outputs`, as an archive's header tells it. */
export interface OutputEntry {
  /** Relative to `/outputs`; a leading `./` and a trailing `/` don't matter. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'hard-link' | 'other';
  /** 0 for anything but a file. */
  readonly sizeBytes: number;
  /** Whether somebody may run it; a link's is its target's. */
  readonly executable?: boolean;
  /** A link's, as written; a hard link's is relative to `/outputs`. */
  readonly target?: string;
}

export type OutputVerdict =
  | { readonly kind: 'store'; readonly path: string; readonly executable: boolean }
  | { readonly kind: 'skip' }
  | Refusal;

export interface Refusal {
  readonly kind: 'refuse';
  readonly cause: Cause;
}

/** A declared link: `path` gets the bytes of the file `from`, both relative to `/outputs`. */
export interface OutputCopy {
  readonly path: string;
  readonly from: string;
}

export type OutputOutcome = { readonly kind: 'complete'; readonly copies: readonly OutputCopy[] } | Refusal;

export interface OutputCheck {
  /** Asked once for each entry, in any order, before its bytes are read. */
  entry(entry: OutputEntry): OutputVerdict;
  /** What is missing is known only when everything was seen. */
  finish(): OutputOutcome;
  /** Files that no rule declares, as far as seen; the first thousand. */
  undeclared(): readonly string[];
}

/**
 * Decides what of `/outputs` is stored, for every engine alike. A link within `/outputs` that is declared is
 * stored as a file with its target's bytes; one that leads out, hangs, or names a folder is refused. Only what is
 * declared can be refused: the rest is dropped anyway, and reported.
 *
 * A rule is a path, a path with a trailing `/` (all below it, dot files too), or a glob (as a shell's: `*` takes
 * no dot files; one that ends with `**` means all that is there, and takes them).
 */
export function createOutputCheck(rules: readonly OutputRule[]): OutputCheck {
  const compiled = rules.map(compile);
  const files = new Map<string, number>();
  const folders = new Set<string>();
  const links = new Map<string, string>();
  const declaredLinks: string[] = [];
  const undeclared: string[] = [];

  function matching(path: string): readonly CompiledRule[] {
    const plain = plainName(path);
    return compiled.filter((rule) => rule.matches(path) || rule.matches(plain));
  }

  return {
    entry(entry) {
      const path = entry.path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
      if (path === '' || path === '.') return { kind: 'skip' };
      if (entry.kind === 'folder') {
        folders.add(path);
        return { kind: 'skip' };
      }
      const matched = matching(path);
      if (entry.kind === 'file') files.set(path, entry.sizeBytes);
      if (entry.kind === 'link') links.set(path, resolve(parentOf(path), entry.target ?? '') ?? OUTSIDE);
      if (entry.kind === 'hard-link') links.set(path, resolve('', entry.target ?? '') ?? OUTSIDE);
      if (matched.length === 0) {
        if (undeclared.length < 1000) undeclared.push(path);
        return { kind: 'skip' };
      }
      for (const rule of matched) rule.found = true;
      const odd = oddName(path);
      if (odd !== undefined) return refuse('output-refused', `${quoteName(path)} in /outputs ${odd}`);
      switch (entry.kind) {
        case 'other':
          return refuse('output-refused', `${quoteName(path)} in /outputs is a device or a pipe, not a file`);
        case 'link':
        case 'hard-link':
          if (links.get(path) === OUTSIDE) return refuseOutside(path, entry.target ?? '');
          declaredLinks.push(path);
          return { kind: 'skip' };
        case 'file':
          if (entry.sizeBytes === 0 && !matched.some((rule) => rule.allowEmpty)) return refuseEmpty(path);
          return { kind: 'store', path, executable: entry.executable === true };
        default:
          return entry.kind satisfies never;
      }
    },

    finish() {
      const copies: OutputCopy[] = [];
      const ends = new Map<string, string | undefined>();
      for (const path of declaredLinks) {
        const from = follow(path, links, ends);
        if (from === undefined) {
          return refuse('output-refused', `${quoteName(path)} in /outputs is a link that leads nowhere`);
        }
        if (from === OUTSIDE) return refuseOutside(path, 'another link that does');
        const sizeBytes = files.get(from);
        if (sizeBytes === undefined) {
          const what = folders.has(from)
            ? 'is a link to a folder: write the files themselves, or declare the folder'
            : `is a link to ${quoteName(from)}, which is not a file there`;
          return refuse('output-refused', `${quoteName(path)} in /outputs ${what}`);
        }
        if (sizeBytes === 0 && !matching(path).some((rule) => rule.allowEmpty)) return refuseEmpty(path);
        copies.push({ path, from });
      }
      const missing = compiled.filter((rule) => !rule.found && !(rule.allowEmpty && rule.kind !== 'path'));
      if (missing.length > 0) {
        const found = { files: new Set([...undeclared, ...files.keys(), ...links.keys()]), folders };
        return refuse('output-missing', describeMissing(missing, found));
      }
      return { kind: 'complete', copies };
    },

    undeclared: () => undeclared,
  };
}

interface CompiledRule {
  readonly pattern: string;
  readonly kind: 'path' | 'folder' | 'glob';
  readonly allowEmpty: boolean;
  readonly matches: (path: string) => boolean;
  found: boolean;
}

/** Not a path: no entry can be called so. */
const OUTSIDE = '/';

function compile({ pattern: written, allowEmpty }: OutputRule): CompiledRule {
  const pattern = written.replace(/^(?:\.\/)+/, '');
  if (pattern === '' || (pattern.endsWith('/') && !isGlob(pattern))) {
    const matches = (path: string): boolean => path.startsWith(pattern);
    return { pattern: written, kind: 'folder', allowEmpty, matches, found: false };
  }
  if (isGlob(pattern)) {
    const isFolder = pattern.endsWith('/');
    const whole = isFolder ? `${pattern}**` : pattern;
    const glob = compileGlob(whole, { dotFiles: /(?:^|\/)\*\*$/.test(whole) });
    // A file that is called exactly like the glob is meant too.
    const matches = (path: string): boolean => path === pattern || glob(path);
    return { pattern: written, kind: 'glob', allowEmpty, matches, found: false };
  }
  return {
    pattern: written,
    kind: 'path',
    allowEmpty,
    matches: (path) => path === pattern,
    found: false,
  };
}

/** Globs don't match odd names; one that only for that is not declared must be refused, not dropped. */
function plainName(path: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return path.replace(/[\u0000-\u001F\u007F]/g, '_').replace(/(^|\/)\.{1,2}(?=\/|$)/g, '$1_');
}

/** Why a name can't be a key in a store; names come from a script and may be anything. */
function oddName(path: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(path)) return 'has a control character (a newline, perhaps) in its name';
  if (path.includes('\uFFFD')) return 'has a name that is not UTF-8';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '..' || segment === '.' || segment === '')) {
    return 'has ".." or an empty part in its name';
  }
  if (segments.some((segment) => new TextEncoder().encode(segment).length > 255)) {
    return 'has a name longer than 255 bytes';
  }
  return undefined;
}

/** Where a link in `folder` leads, relative to `/outputs`; undefined: out of it. */
function resolve(folder: string, target: string): string | undefined {
  const absolute = target.startsWith('/');
  if (absolute && target !== '/outputs' && !target.startsWith('/outputs/')) return undefined;
  const parts = absolute || folder === '' ? [] : folder.split('/');
  for (const part of (absolute ? target.slice('/outputs'.length) : target).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** Through links to links; undefined: they go in a circle. What was found is kept: a chain may be long. */
function follow(
  path: string,
  links: ReadonlyMap<string, string>,
  known: Map<string, string | undefined>,
): string | undefined {
  const way = new Set<string>();
  let at = path;
  let end: string | undefined;
  for (;;) {
    const next = links.get(at);
    if (known.has(at)) end = known.get(at);
    else if (next === undefined) end = at;
    else if (!way.has(at)) {
      way.add(at);
      at = next;
      continue;
    }
    break;
  }
  for (const each of way) known.set(each, end);
  return end;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function refuseEmpty(path: string): Refusal {
  return refuse(
    'output-empty',
    `${quoteName(path)} in /outputs is empty; if that is right, say allow-empty: true`,
  );
}

function refuseOutside(path: string, target: string): Refusal {
  return refuse(
    'output-refused',
    `${quoteName(path)} in /outputs is a link out of it, to ${quoteName(target)}; copy the file instead`,
  );
}

function refuse(kind: Cause['kind'], message: string): Refusal {
  return { kind: 'refuse', cause: { kind, message, transient: false } };
}
