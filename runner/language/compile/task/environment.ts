import { scalarText, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { setOwn } from '../../../model/own.ts';

/** Ours alone: a script must be able to rely on what they say. */
const RESERVED = 'SLUICE_';

export function compileEnvironment(
  env: ReadonlyMap<string, Node>,
  report: ProblemReport,
): Readonly<Record<string, string>> {
  const compiled: Record<string, string> = {};
  for (const [name, node] of env) {
    if (name.toUpperCase().startsWith(RESERVED)) reportReserved(node, name, 'key', report);
    const value = scalarText(node);
    if (value !== undefined) setOwn(compiled, name, value);
  }
  return compiled;
}

export function compileSecrets(
  nodes: readonly Node[],
  env: ReadonlyMap<string, Node>,
  report: ProblemReport,
): readonly string[] {
  const secrets = new Set<string>();
  for (const node of nodes) {
    const name = text(node);
    if (name === undefined) continue;
    if (name.toUpperCase().startsWith(RESERVED)) reportReserved(node, name, 'value', report);
    if (env.has(name)) {
      report.error(
        node,
        'secret-in-env',
        `${name} is under \`env\` too: which of the two would the script see?`,
        {
          fix: 'Remove it from `env`; a secret is a variable already.',
        },
      );
    }
    secrets.add(name);
  }
  return [...secrets];
}

function reportReserved(node: Node, name: string, at: 'key' | 'value', report: ProblemReport): void {
  report.error(node, 'env-reserved', `${name}: names that begin with ${RESERVED} are set by sluice`, {
    fix: `Rename it, for example ${name.slice(RESERVED.length) || 'VALUE'}.`,
    at,
  });
}
