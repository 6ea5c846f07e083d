import { quoteName } from '../quote-name.ts';

/** What stands below `/outputs`, whether it is declared or not. */
export interface Found {
  /** Links and whatever else is no folder too; those that nobody declares first: one may be misspelt. */
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

/** In words: what was declared and is not there, what stands there instead, and what to do about it where that is plain. */
export function describeMissing(
  rules: readonly { readonly pattern: string; readonly kind: 'path' | 'folder' | 'glob' }[],
  found: Found,
): string {
  const patterns = rules.map(({ pattern }) => pattern);
  const were = patterns.length === 1 ? 'was' : 'were';
  const missing = `${patterns.map(quoteName).join(', ')} ${were} declared, but not written`;
  const folder = patterns.find((pattern) => found.folders.has(pattern));
  if (folder !== undefined) {
    return `${missing}; ${quoteName(folder)} is a folder, declare it as ${quoteName(`${folder}/`)}`;
  }
  const empty = emptyFolders(found);
  const declared = rules.find(({ pattern, kind }) => kind === 'folder' && empty.includes(bare(pattern)));
  if (declared !== undefined) {
    return `${missing}; the folder is there, but it is empty: if that is right, say allow-empty: true`;
  }
  const there = [
    ...[...found.files].map(quoteName),
    ...empty.map((path) => `${quoteName(`${path}/`)} (empty)`),
  ];
  if (there.length === 0) return `${missing}; nothing was written to /outputs`;
  const more = there.length > NAMED ? ` and ${(there.length - NAMED).toLocaleString('en-US')} more` : '';
  return `${missing}; found there: ${there.slice(0, NAMED).join(', ')}${more}`;
}

const NAMED = 5;

/** Those with neither a file nor another folder in them. */
function emptyFolders({ files, folders }: Found): readonly string[] {
  const full = new Set(
    [...files, ...folders].map((path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))),
  );
  return [...folders].filter((folder) => !full.has(folder)).sort();
}

function bare(pattern: string): string {
  return pattern.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}
