import { checkCondition, checkTemplate } from '../../expression/check.ts';
import type { Checked } from '../../expression/check.ts';
import type { Known, Scope } from '../../expression/known.ts';
import { own } from '../../../model/own.ts';

const ANYTHING: Known = { kind: 'anything' };

/** Lets everything through: what is wrong is told where the members are known. */
const OPEN: Scope = {
  contexts: { params: ANYTHING, matrix: ANYTHING, inputs: ANYTHING, needs: ANYTHING },
  statusFunctions: true,
};

/** Contexts and status functions that an `if` mentions. */
export function readsOfCondition(condition: string): {
  readonly contexts: ReadonlySet<string>;
  readonly status: Checked['status'];
} {
  const { reads, status } = checkCondition(condition, OPEN);
  return { contexts: new Set(reads.flatMap(([root]) => root ?? [])), status };
}

/** Which of these needs a text reads. */
export function needsIn(template: string, names: readonly string[]): ReadonlySet<string> {
  const members = Object.fromEntries(names.map((name) => [name, ANYTHING]));
  const needs: Known = { kind: 'object', called: 'need', members };
  const { reads } = checkTemplate(template, { ...OPEN, contexts: { ...OPEN.contexts, needs } });
  return new Set(reads.flatMap(([root, name]) => (root === 'needs' && name !== undefined ? [name] : [])));
}

/** Names of params and matrix keys that a text depends on, through a reusable task's inputs too. */
export function keysIn(
  template: string,
  inputs: Readonly<Record<string, string>>,
  names: readonly string[],
): ReadonlySet<string> {
  const known = (members: readonly string[]): Known => ({
    kind: 'object',
    called: 'member',
    members: Object.fromEntries(members.map((name) => [name, { kind: 'value' }])),
  });
  const scope: Scope = {
    contexts: {
      params: known(names),
      matrix: known(names),
      inputs: known(Object.keys(inputs)),
      needs: ANYTHING,
    },
    statusFunctions: true,
  };
  const found = new Set<string>();
  const queue = [template];
  const seen = new Set<string>();
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    if (seen.has(text)) continue;
    seen.add(text);
    for (const [root, name] of checkTemplate(text, scope).reads) {
      if (name === undefined) continue;
      if (root === 'inputs') queue.push(own(inputs, name) ?? '');
      else found.add(name);
    }
  }
  return found;
}
