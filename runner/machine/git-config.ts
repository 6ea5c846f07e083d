import { readSmallFile } from './small-file.ts';

const MAX_BYTES = 2 ** 20;

/** Undefined for what is not there, is no file or is no text of git's. */
export async function readSmall(path: string): Promise<string | undefined> {
  const found = await readSmallFile(path, MAX_BYTES);
  return found.kind === 'read' ? Buffer.from(found.bytes).toString('utf8') : undefined;
}

/**
 * The first value of a variable in a section (`user`, or `remote "origin"`) of a file as git-config(1) describes it.
 * Includes are not followed.
 */
export function valueIn(config: string, section: string, name: string): string | undefined {
  let isInside = false;
  for (const line of config.split('\n')) {
    const found = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (found !== undefined) isInside = sameSection(found, section);
    const [, variable, value] = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=(.*)$/.exec(line) ?? [];
    if (isInside && variable?.toLowerCase() === name && value !== undefined) return unquoted(value.trim());
  }
  return undefined;
}

/** Git tells no case apart in a section's name. */
function sameSection(found: string, section: string): boolean {
  return found.trim().replaceAll(/\s+/g, ' ').toLowerCase() === section.toLowerCase();
}

/** A comment ends what is not quoted. */
function unquoted(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
  return (value.split(/[#;]/)[0] ?? '').trim();
}
