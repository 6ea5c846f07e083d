import { own } from '../../../model/own.ts';

/** What a Dockerfile says that only BuildKit understands; undefined: the classic builder does. */
export function buildKitSyntax(dockerfile: string): string | undefined {
  const lines = dockerfile.replace(/\\[ \t]*\r?\n/g, ' ').split(/\r?\n/);
  for (const line of lines) {
    if (/^\s*#/.test(line)) continue;
    const name = (/^\s*(RUN|COPY|ADD)\s/i.exec(line)?.[1] ?? '').toUpperCase();
    for (const [, given = ''] of flagsOf(line)) {
      if (own(FLAGS, name)?.includes(given) === true) return `${name} --${given}`;
    }
    if (name !== '' && /\s<<-?["']?[A-Za-z_]/.test(line)) return `${name} <<`;
  }
  return undefined;
}

/** `# syntax=…`, which the engine fetches to read the rest by. */
export function syntaxImage(dockerfile: string): string | undefined {
  for (const line of dockerfile.split(/\r?\n/)) {
    const [, name, value] = /^\s*#\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    if (name.toLowerCase() === 'syntax') return value;
  }
  return undefined;
}

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  RUN: ['mount', 'network', 'security', 'device'],
  COPY: ['chmod', 'link', 'parents', 'exclude'],
  ADD: ['chmod', 'link', 'checksum', 'keep-git-dir', 'exclude'],
};

/** Those between the instruction and its first other word. */
function flagsOf(line: string): IterableIterator<RegExpMatchArray> {
  const [flags = ''] = /^\s*\w+((?:\s+--\S+)*)/.exec(line) ?? [];
  return flags.matchAll(/--([a-z-]+)/g);
}
