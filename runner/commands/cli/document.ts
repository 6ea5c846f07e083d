/** Of a list that are written at a time: a document of any length takes little more memory than these. */
const MEMBERS = 200;

/**
 * The text of `JSON.stringify(value, null, 2)` in pieces, split between the members of the lists directly in it. A list
 * may be anything that gives its members in order.
 */
export function* documentPieces(value: object): Generator<string> {
  let before = '{\n';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}  ${JSON.stringify(name)}: `;
    before = ',\n';
    if (isList(member)) yield* listPieces(member);
    else yield without('{\n  "": ', JSON.stringify({ '': member }, null, 2), '\n}');
  }
  yield before === ',\n' ? '\n}\n' : '{}\n';
}

function* listPieces(list: Iterable<unknown>): Generator<string> {
  let before = '[';
  let members: unknown[] = [];
  for (const member of list) {
    members.push(member);
    if (members.length < MEMBERS) continue;
    yield before + textOf(members);
    before = ',';
    members = [];
  }
  if (members.length > 0) yield `${before}${textOf(members)}\n  ]`;
  else yield before === '[' ? '[]' : '\n  ]';
}

/** As deep in a document as they belong. */
function textOf(members: readonly unknown[]): string {
  return without('[\n  [', JSON.stringify([members], null, 2), '\n  ]\n]');
}

function without(start: string, text: string, end: string): string {
  return text.slice(start.length, -end.length);
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
