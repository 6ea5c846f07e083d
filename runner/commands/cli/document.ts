import { asTyped, type CompleteCommands } from '../../report/commands.ts';

/** Of a list that are written at a time: a document of any length takes little more memory than these. */
const MEMBERS = 200;

/**
 * The text of `JSON.stringify(value, null, 2)` in pieces, split between the members of the lists directly in it. A list
 * may be anything that gives its members in order. `complete` is for our own words in it.
 */
export function* documentPieces(value: object, complete = asTyped): Generator<string> {
  let before = '{\n';
  const stringify = (one: unknown): string => JSON.stringify(one, completing(complete), 2);
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}  ${JSON.stringify(name)}: `;
    before = ',\n';
    if (isList(member)) yield* listPieces(name, member, stringify);
    else yield without(`{\n  ${JSON.stringify(name)}: `, stringify({ [name]: member }), '\n}');
  }
  yield before === ',\n' ? '\n}\n' : '{}\n';
}

type Stringify = (value: unknown) => string;

function* listPieces(name: string, list: Iterable<unknown>, stringify: Stringify): Generator<string> {
  let before = '[';
  let members: unknown[] = [];
  for (const member of list) {
    members.push(member);
    if (members.length < MEMBERS) continue;
    yield before + textOf(name, members, stringify);
    before = ',';
    members = [];
  }
  if (members.length > 0) yield `${before}${textOf(name, members, stringify)}\n  ]`;
  else yield before === '[' ? '[]' : '\n  ]';
}

/** As deep in a document as they belong. */
function textOf(name: string, members: readonly unknown[], stringify: Stringify): string {
  return without(`{\n  ${JSON.stringify(name)}: [`, stringify({ [name]: members }), '\n  ]\n}');
}

function without(start: string, text: string, end: string): string {
  return text.slice(start.length, -end.length);
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** What sluice says, text or texts; all else is a name, or somebody else's. */
const OURS: ReadonlySet<string> = new Set([
  'message',
  'fix',
  'reason',
  'lines',
  'notes',
  'warnings',
  'problems',
  'conflicts',
]);

function completing(complete: CompleteCommands): ((name: string, value: unknown) => unknown) | undefined {
  if (complete === asTyped) return undefined;
  const inWords = (value: unknown): unknown => (typeof value === 'string' ? complete(value) : value);
  return (name, value) => {
    if (!OURS.has(name)) return value;
    return Array.isArray(value) ? value.map(inWords) : inWords(value);
  };
}
