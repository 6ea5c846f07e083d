/** Never part of a context, at any depth, unless a `!` rule names them. */
const ALWAYS_IGNORED = ['.git', '.sluice', 'node_modules'];

export interface IgnoreRules {
  /** `path` is relative to the context, with `/`. */
  isIgnored(path: string): boolean;
  /** False: nothing below the (ignored) folder can be brought back by a `!` rule, it need not be read. */
  mayHoldKept(folder: string): boolean;
}

interface Rule {
  readonly keep: boolean;
  readonly matches: RegExp;
  /** What stands before the first wildcard. */
  readonly prefix: string;
}

/**
 * Reads a .dockerignore. As Docker does: a rule is matched from the context's root against a path and each of
 * its parents, and the last rule that matches decides.
 */
export function parseDockerignore(text: string): IgnoreRules {
  const written = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => parseRule(line.trim()))
    .filter((rule) => rule !== undefined);
  const named = (name: string): boolean =>
    written.some((rule) => rule.keep && rule.pattern.split('/').includes(name));
  const never = new Set(ALWAYS_IGNORED.filter((name) => !named(name)));
  const rules: Rule[] = [
    ...ALWAYS_IGNORED.map((name) => ({ keep: false, pattern: `**/${name}` })),
    ...written,
  ].map(({ keep, pattern }) => ({
    keep,
    matches: toRegExp(pattern),
    prefix: pattern.replace(/[*?[\\].*$/s, ''),
  }));

  return {
    isIgnored(path) {
      const segments = path.split('/');
      if (segments.some((segment) => never.has(segment))) return true;
      const lineage = segments.map((_, index) => segments.slice(0, index + 1).join('/'));
      const last = rules.findLast((rule) => lineage.some((ancestor) => rule.matches.test(ancestor)));
      return last !== undefined && !last.keep;
    },
    mayHoldKept(folder) {
      if (folder.split('/').some((segment) => never.has(segment))) return false;
      const inside = `${folder}/`;
      return rules.some(
        ({ keep, prefix }) => keep && (prefix.startsWith(inside) || inside.startsWith(prefix)),
      );
    },
  };
}

function parseRule(line: string): { readonly keep: boolean; readonly pattern: string } | undefined {
  const keep = line.startsWith('!');
  const pattern = clean(keep ? line.slice(1).trim() : line);
  // `.` is not taken to mean everything, for Docker's historical reasons.
  return pattern === '' || pattern === '.' ? undefined : { keep, pattern };
}

/** `/a//b/./c/../d/` → `a/b/d` */
function clean(pattern: string): string {
  const segments: string[] = [];
  for (const segment of pattern.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  return segments.join('/');
}

/** `**` any folders, `*` and `?` within a name, `[a-z]` and `[^a-z]` a character, `\` takes the next as it is. */
function toRegExp(pattern: string): RegExp {
  const token = /\*\*\/?|\*|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|[^]/gsu;
  const source = pattern.replace(
    token,
    (text, escaped: string | undefined, not: string, set, offset: number) => {
      if (text.startsWith('**')) return offset + text.length === pattern.length ? '.*' : '(?:.*/)?';
      if (text === '*') return '[^/]*';
      if (text === '?') return '[^/]';
      if (escaped !== undefined) return literal(escaped);
      if (typeof set === 'string') return `[${not}${set.replace(/[[\]^]/g, '\\$&')}]`;
      return literal(text);
    },
  );
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A range such as [z-a]: taken as it is written.
    return new RegExp(`^${literal(pattern)}$`, 's');
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
