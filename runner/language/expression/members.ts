import type { Token } from '@actions/expressions/lexer';
import { didYouMean, suggestion } from '../suggest.ts';
import { memberOf } from './known.ts';
import type { Known, Scope } from './known.ts';
import type { ExpressionProblem } from './problem.ts';
import type { Access, AccessStep, Comparison } from './walk.ts';
import { own } from '../../model/own.ts';

/** `['params', 'date']`, spelt as in the scope; shorter where the rest is computed or `*`. */
export type Read = readonly string[];

/** Follows an access through what is known: the library itself would answer an empty text. */
export function checkAccess(
  access: Access,
  scope: Scope,
  offsetOf: (token: Token) => number,
): { readonly problems: readonly ExpressionProblem[]; readonly reads: readonly Read[] } {
  const root = memberOf(scope.contexts, access.root.lexeme);
  if (root === undefined) return { problems: [unknownRoot(access, scope, offsetOf)], reads: [] };
  const read = [root.name];
  let known = root.known;
  let last: Token = access.root;
  const refuse = (problem: ExpressionProblem) => ({ problems: [problem], reads: [read] });
  for (const step of access.steps) {
    if (known.kind === 'anything' || step === undefined) break;
    if (known.kind === 'refused') break;
    const path = read.join('.');
    if (known.kind === 'value') return refuse(noMembers(path, step, offsetOf));
    const member = memberOf(known.members, step.name);
    if (member === undefined) return refuse(unknownMember(path, known, step, offsetOf));
    read.push(member.name);
    known = member.known;
    last = step.token;
  }
  if (known.kind === 'refused') {
    const { message, fix } = known;
    const at = {
      severity: 'error',
      code: 'unknown-member',
      offset: offsetOf(last),
      length: last.lexeme.length,
    } as const;
    return refuse({ ...at, message, ...(fix === undefined ? {} : { fix }) });
  }
  return { problems: [], reads: [read] };
}

/** A value that is compared with a text which it never is. */
export function checkComparison(
  { access, text, token }: Comparison,
  scope: Scope,
  offsetOf: (token: Token) => number,
): readonly ExpressionProblem[] {
  let known = memberOf(scope.contexts, access.root.lexeme)?.known;
  for (const step of access.steps) {
    known =
      known?.kind === 'object' && step !== undefined ? memberOf(known.members, step.name)?.known : undefined;
  }
  if (known?.kind !== 'value' || known.values === undefined) return [];
  const { texts, fix } = known.values;
  if (texts.some((each) => each.toLowerCase() === text.toLowerCase())) return [];
  const path = [access.root.lexeme, ...access.steps.map((step) => step?.name ?? '*')].join('.');
  const near = suggestion(text, texts);
  return [
    {
      severity: 'error',
      code: 'never-equal',
      offset: offsetOf(token),
      length: token.lexeme.length,
      message: `\`${path}\` is ${texts.map((each) => `'${each}'`).join(' or ')} here, never '${text}'`,
      fix: near === undefined ? fix : `Did you mean '${near}'?`,
    },
  ];
}

/** GitHub's contexts that do not exist here, each with what takes its place. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  secrets: 'A script gets secrets as environment variables: list them under `secrets`.',
  env: 'A script reads its environment itself, as "$NAME".',
  vars: 'Write the value under `params` with a default, or under `env`.',
  github: 'Nothing of a repository is known here; hand it in as a param.',
  runner: 'Hand it in as a param.',
  job: 'The result of a task is `needs.<task>.result`.',
  jobs: 'The result of a task is `needs.<task>.result`.',
  steps: 'Values of another task are `needs.<task>.outputs.<name>`.',
  strategy: 'Values of the matrix are `matrix.<name>`.',
  outputs: 'Values of another task are `needs.<task>.outputs.<name>`.',
  date: 'A param is read as `params.date`.',
};

function unknownRoot(access: Access, scope: Scope, offsetOf: (token: Token) => number): ExpressionProblem {
  const name = access.root.lexeme;
  const roots = Object.keys(scope.contexts);
  const params = scope.contexts['params'];
  const isParam = params?.kind === 'object' && memberOf(params.members, name) !== undefined;
  const elsewhere = own(ELSEWHERE, name.toLowerCase());
  return {
    severity: 'error',
    code: 'unknown-context',
    offset: offsetOf(access.root),
    length: name.length,
    message: `there is no \`${name}\` to read here`,
    fix: isParam ? `Write \`params.${name}\`.` : (elsewhere ?? didYouMean(name, roots, 'contexts')),
  };
}

function unknownMember(
  path: string,
  known: Extract<Known, { kind: 'object' }>,
  step: AccessStep,
  offsetOf: (token: Token) => number,
): ExpressionProblem {
  const names = Object.keys(known.members);
  const subtracted = names.find(
    (name) => step.name.startsWith(`${name}-`) && /^\d+$/.test(step.name.slice(name.length + 1)),
  );
  return {
    severity: 'error',
    code: 'unknown-member',
    offset: offsetOf(step.token),
    length: step.token.lexeme.length,
    message: `\`${path}\` has no ${known.called} \`${step.name}\``,
    fix:
      subtracted === undefined
        ? didYouMean(step.name, names, `${known.called}s`)
        : `\`-\` is part of a name: there is no subtraction. Write addDays(${path}.${subtracted}, -${step.name.slice(subtracted.length + 1)}).`,
  };
}

function noMembers(path: string, step: AccessStep, offsetOf: (token: Token) => number): ExpressionProblem {
  return {
    severity: 'error',
    code: 'unknown-member',
    offset: offsetOf(step.token),
    length: step.token.lexeme.length,
    message: `\`${path}\` is a plain value: it has no \`${step.name}\``,
    fix: `Write \`${path}\`.`,
  };
}
