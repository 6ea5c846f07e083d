import { own } from '../../../model/own.ts';

/** What a Dockerfile says that only BuildKit understands; undefined: the classic builder does. */
export function buildKitSyntax(dockerfile: string): string | undefined {
  for (const line of linesOf(dockerfile)) {
    const name = (/^\s*(RUN|COPY|ADD)\s/i.exec(line)?.[1] ?? '').toUpperCase();
    for (const [, given = ''] of flagsOf(line)) {
      if (own(FLAGS, name)?.includes(given) === true) return `${name} --${given}`;
    }
    if (name !== '' && /\s<<-?["']?[A-Za-z_]/.test(line)) return `${name} <<`;
  }
  return undefined;
}

/**
 * What a build would need of whoever asks for it, while it runs: BuildKit fetches secrets and keys through a session of its
 * own, which the engine's API for builds has none of.
 */
export function sessionMount(dockerfile: string): string | undefined {
  for (const line of linesOf(dockerfile)) {
    if (!/^\s*RUN\s/i.test(line)) continue;
    const [flags = ''] = FLAGS_OF.exec(line) ?? [];
    const kind = /--mount=\S*\btype=(secret|ssh)\b/.exec(flags)?.[1];
    if (kind !== undefined) return `RUN --mount=type=${kind}`;
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

/** Instructions, each whole, and no comments. */
function linesOf(dockerfile: string): readonly string[] {
  const lines = dockerfile.replace(/\\[ \t]*\r?\n/g, ' ').split(/\r?\n/);
  return lines.filter((line) => !/^\s*#/.test(line));
}

const FLAGS_OF = /^\s*\w+((?:\s+--\S+)*)/;

/** Those between the instruction and its first other word. */
function flagsOf(line: string): IterableIterator<RegExpMatchArray> {
  const [flags = ''] = FLAGS_OF.exec(line) ?? [];
  return flags.matchAll(/--([a-z-]+)/g);
}
