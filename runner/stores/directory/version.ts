import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemCode } from './failure.ts';

/** The newest version of a record. `deleted`: a mark stands there so that its number is not used again. */
export interface Version {
  readonly kind: 'value' | 'deleted' | 'none';
  /** 0 for none. */
  readonly number: number;
}

export interface Versions {
  find(file: string): Version;
  /** What is likely the newest; verified before it is believed. */
  suppose(file: string, number: number): void;
}

const NONE: Version = { kind: 'none', number: 0 };

/** Bounds the memory of a process that touches very many rewritten records. */
const MAX_SUPPOSED = 200_000;

/** A folder of more names is read in several system calls, between which others may rename. */
const READ_AT_ONCE = 400;
const SETTLED_MILLISECONDS = 50;

/**
 * Versions are made one after the other and removed from the lowest on, so that those present are a row without
 * gaps. If n is there, n + 1 is not, and n is there still, then n was the newest at that moment: three look-ups
 * instead of reading a folder with thousands of names.
 */
export function createVersions(): Versions {
  const supposed = new Map<string, number>();

  function suppose(file: string, number: number): void {
    if (number < 2) {
      supposed.delete(file);
      return;
    }
    if (supposed.size >= MAX_SUPPOSED) supposed.clear();
    supposed.set(file, number);
  }

  return {
    suppose,
    find(file) {
      const version = verify(file, supposed.get(file) ?? 1) ?? search(file);
      suppose(file, version.number);
      return version;
    },
  };
}

export function versionFile(file: string, number: number): string {
  return number === 1 ? file : `${file}@${number}`;
}

/** Of so many digits a number is always exact, and no writer comes near it. */
const MAX_DIGITS = 10;
export const MAX_VERSION = 10 ** MAX_DIGITS - 1;

/** `name@3` is version 3 of `name`; any other name is version 1 of itself, `name@` and more digits too. */
export function parseVersion(name: string): { readonly name: string; readonly number: number } {
  const at = name.lastIndexOf('@');
  if (at <= 0) return { name, number: 1 };
  const digits = name.slice(at + 1);
  return digits.length <= MAX_DIGITS && /^[1-9]\d*$/.test(digits)
    ? { name: name.slice(0, at), number: Number(digits) }
    : { name, number: 1 };
}

function verify(file: string, number: number): Version | undefined {
  const path = versionFile(file, number);
  const stats = lookAt(path);
  if (stats === undefined || lookAt(versionFile(file, number + 1)) !== undefined) return undefined;
  if (lookAt(path)?.ino !== stats.ino) return undefined;
  return { kind: stats.isSymbolicLink() ? 'deleted' : 'value', number };
}

function search(file: string): Version {
  for (let last = 0; ;) {
    const highest = highestIn(dirname(file), basename(file));
    // Twice the same one that is not there: a name that is not UTF-8, and reads like ours.
    if (highest === 0 || highest === last) return NONE;
    last = highest;
    const stats = lookAt(versionFile(file, highest));
    // Pruned while the folder was read: a higher one is there.
    if (stats !== undefined) {
      return { kind: stats.isSymbolicLink() ? 'deleted' : 'value', number: highest };
    }
  }
}

function highestIn(folder: string, base: string): number {
  const versioned = `${base}@`;
  for (let isSecond = false; ; isSecond = true) {
    const names = namesIn(folder);
    let highest = 0;
    for (const name of names) {
      if (name === base) highest = Math.max(highest, 1);
      else if (name.startsWith(versioned)) {
        const parsed = parseVersion(name);
        if (parsed.name === base) highest = Math.max(highest, parsed.number);
      }
    }
    if (highest > 0 || isSecond || !mayHaveMissed(folder, names.length)) return highest;
  }
}

/** A record that is rewritten while its folder is read in parts can escape: old name gone, new one not yet read. */
export function mayHaveMissed(folder: string, names: number): boolean {
  if (names <= READ_AT_ONCE) return false;
  const changed = lookAt(folder)?.mtimeMs;
  return changed !== undefined && Date.now() - changed < SETTLED_MILLISECONDS;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function lookAt(path: string) {
  return lstatSync(path, { throwIfNoEntry: false });
}
