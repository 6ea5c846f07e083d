import { Composer, Lexer, Parser, YAMLParseError } from 'yaml';
import type { CST, Document } from 'yaml';
import type { Budget } from '../budget.ts';

/** A text with more than this many lists and objects inside each other; `offset` is where the next one begins. */
export class NestedTooDeeply extends Error {
  override readonly name = 'NestedTooDeeply';

  readonly offset: number;

  constructor(offset: number) {
    super('nested too deeply');
    this.offset = offset;
  }
}

/** No pipeline has a tenth of it; what reads a document calls itself once a level. */
const MAX_DEPTH = 100;

/**
 * `parseDocument` of the yaml package, but that it looks how deep the text is nested while it goes: its time grows with
 * the square of the depth, and its stack ends.
 */
export function parseYaml(content: string, budget: Budget): Document.Parsed {
  const composer = new Composer({
    version: '1.2',
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokensOf(content, budget), true, content.length)) {
    if (first !== undefined) {
      first.errors.push(
        new YAMLParseError(
          [document.range[0], document.range[1]],
          'MULTIPLE_DOCS',
          'several documents in one text',
        ),
      );
      break;
    }
    first = document;
  }
  if (first === undefined) throw new Error('the parser of YAML ended without a document');
  return first;
}

function* tokensOf(content: string, budget: Budget): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(content)) {
    budget.check();
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) throw new NestedTooDeeply(parser.offset);
  }
  yield* parser.end();
}
