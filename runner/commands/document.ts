/** Each is about as long, so that a document of any length takes no more memory than this. */
const PIECE_LENGTH = 64 * 1024;

/**
 * The text of `JSON.stringify(value, null, 2)` in pieces, split between the members of the lists directly in it. A list
 * may be anything that gives its members in order.
 */
export function* documentPieces(value: object): Generator<string> {
  let piece = '{';
  let before = '';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    piece += `${before}\n  ${JSON.stringify(name)}: `;
    before = ',';
    if (!isList(member)) {
      piece += indented(member, 1);
      continue;
    }
    piece += '[';
    let isEmpty = true;
    for (const one of member) {
      piece += `${isEmpty ? '' : ','}\n    ${indented(one, 2)}`;
      isEmpty = false;
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
    piece += isEmpty ? ']' : '\n  ]';
  }
  yield `${piece}${before === '' ? '' : '\n'}}\n`;
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function indented(value: unknown, depth: number): string {
  const text = JSON.stringify(value, null, 2) as string | undefined;
  return (text ?? 'null').replaceAll('\n', `\n${'  '.repeat(depth)}`);
}
