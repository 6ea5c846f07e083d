import { suggestion } from '../../suggest.ts';
import type { LocatedNeed } from '../drafts.ts';
import { items, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { variableName } from '../params.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { TaskDraft } from './task.ts';

/** Warns of variables and folders that a command names, and that are not there in its container. */
export function warnOfAbsent(draft: TaskDraft, needs: readonly LocatedNeed[], report: ProblemReport): void {
  const { keys } = draft.merged;
  for (const node of [keys.get('run'), ...items(keys.get('entrypoint')), ...items(keys.get('args'))]) {
    const command = node === undefined ? undefined : text(node);
    if (node === undefined || command === undefined) continue;
    warnOfVariables(node, command, draft, needs, report);
    warnOfInputs(node, command, draft, needs, report);
  }
}

/** What GitHub sets, and what is here in its place. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['GITHUB_OUTPUT', 'Write values to "$SLUICE_OUTPUT".'],
  ['GITHUB_ENV', 'A task is one script: set the variable in it, or write it under `env`.'],
  ['GITHUB_PATH', 'A task is one script: change PATH in it.'],
  ['GITHUB_WORKSPACE', 'Files of the project are in /workspace, as far as `files` names them.'],
  ['GITHUB_RUN_ID', 'The run is "$SLUICE_RUN_ID".'],
  ['GITHUB_RUN_ATTEMPT', 'The attempt is "$SLUICE_ATTEMPT".'],
  ['GITHUB_STEP_SUMMARY', 'What a task prints is its log: `sluice logs`.'],
]);
const NOT_GITHUB =
  'Nothing of GitHub is known here: hand it in as a param, under `env`, or as one of `secrets`.';

/** A variable as shells, Python and Node read it; with a default (`${NAME:-x}`) the script knows that it may be absent. */
const READ = /(?:\$\{?|\benv\.|['"])((?:SLUICE|GITHUB)_[A-Z0-9_]+)(?!\w|:?[-=+?])/g;
/** A variable that the script gives a value itself. */
const SET =
  /\b(?:read|for|export|local|unset)\s+((?:SLUICE|GITHUB)_[A-Z0-9_]+)|(?:^|[\s;&|(])((?:SLUICE|GITHUB)_[A-Z0-9_]+)=/gm;

function warnOfVariables(
  node: Node,
  command: string,
  draft: TaskDraft,
  needs: readonly LocatedNeed[],
  report: ProblemReport,
): void {
  const known = knownVariables(draft, needs);
  const set = new Set([...command.matchAll(SET)].flatMap(([, named, assigned]) => named ?? assigned ?? []));
  const absent = mentions(command, READ, (name) => !known.has(name) && !set.has(name));
  for (const { name, match, offset } of absent) {
    const near = suggestion(name, [...known]);
    const ours = [...known].filter((each) => each.startsWith('SLUICE_')).join(', ');
    const fix = name.startsWith('SLUICE_')
      ? near === undefined
        ? `There are ${ours}.`
        : `Did you mean ${near}?`
      : (ELSEWHERE.get(name) ?? NOT_GITHUB);
    const start = offset + match.length - name.length;
    const place = node.document.positionInside(node.path, start, name.length);
    const message = `no variable ${name} is set in this task: it would be empty`;
    report.warning(place, 'variable-unknown', message, { fix });
  }
}

function knownVariables({ merged, task }: TaskDraft, needs: readonly LocatedNeed[]): ReadonlySet<string> {
  const { matrix, kind, timeKey } = task;
  const legs = matrix?.kind === 'static' ? matrix.legs.flatMap((leg) => Object.keys(leg)) : [];
  return new Set([
    ...task.params.map((name) => variableName('SLUICE_PARAM_', name)),
    ...[...(matrix?.keys ?? []), ...legs].map((name) => variableName('SLUICE_MATRIX_', name)),
    ...(timeKey === undefined ? [] : ['SLUICE_START', 'SLUICE_END']),
    'SLUICE_INSTANCE',
    'SLUICE_RUN_ID',
    'SLUICE_ATTEMPT',
    'SLUICE_OUTPUT',
    ...(kind === 'hook' ? ['SLUICE_RUN'] : []),
    ...(needs.some(({ rule }) => rule.mode === 'uri') ? ['SLUICE_INPUTS'] : []),
    ...merged.env.keys(),
    ...task.secrets,
  ]);
}

/** A need's folder, of another pipeline's two names; what goes on with a variable or a star is not known here. */
const INPUT = /(?<![\w.-])\/inputs\/([\w.-]+(?:\/[\w.-]+)?)(?![\w.*?[{$-])/g;

function warnOfInputs(
  node: Node,
  command: string,
  { task }: TaskDraft,
  needs: readonly LocatedNeed[],
  report: ProblemReport,
): void {
  const names = needs.map(({ rule }) => rule.name);
  // `/inputs/other` alone is the folder of that pipeline's tasks.
  const known = new Set(names.flatMap((name) => [name, name.split('/')[0] ?? name]));
  const foreign = new Set(names.filter((name) => name.includes('/')).map((name) => name.split('/')[0]));
  const absent = mentions(command, INPUT, (path) => {
    const [first = ''] = path.split('/');
    return foreign.has(first) ? path.includes('/') && !known.has(path) : !known.has(first);
  });
  for (const { name: path, offset } of absent) {
    const [first = ''] = path.split('/');
    const called = foreign.has(first) ? path : first;
    const near = suggestion(called, names);
    const others =
      names.length === 0 ? '' : `; there is ${names.map((name) => `/inputs/${name}`).join(', ')}`;
    const fix =
      task.kind === 'hook'
        ? 'The needs of a hook only order it. What happened is in the file that $SLUICE_RUN names.'
        : near === undefined
          ? `Add \`${called}\` to \`needs\`${others}.`
          : `Did you mean /inputs/${near}?`;
    const place = node.document.positionInside(node.path, offset, `/inputs/${called}`.length);
    const message = `there is no /inputs/${called}: no need of this task is called so`;
    report.warning(place, 'input-unneeded', message, { fix });
  }
}

interface Mention {
  readonly name: string;
  /** The whole of what was found. */
  readonly match: string;
  readonly offset: number;
}

/** More of one command nobody reads. */
const MOST = 20;

/** Each name once, where it first stands; not those in comments. */
function mentions(command: string, pattern: RegExp, isAbsent: (name: string) => boolean): readonly Mention[] {
  const found = new Map<string, Mention>();
  let start = 0;
  for (const line of command.split('\n')) {
    const begin = start;
    start += line.length + 1;
    if (/^\s*#/.test(line)) continue;
    for (const { 0: match, 1: name = '', index } of line.matchAll(pattern)) {
      if (found.size === MOST) return [...found.values()];
      if (!found.has(name) && isAbsent(name)) found.set(name, { name, match, offset: begin + index });
    }
  }
  return [...found.values()];
}
