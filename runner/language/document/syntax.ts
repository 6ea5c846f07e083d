import type { YAMLError } from 'yaml';
import type { Span } from './problem.ts';

/** A YAML syntax error in words, with what to do about the traps that people of this format fall into. */
export function explainSyntax(error: YAMLError, text: string): { span: Span; message: string; fix?: string } {
  const [start, end] = error.pos;
  const span = { start: Math.min(start, text.length), end: Math.min(Math.max(end, start + 1), text.length) };
  const trap = trapAt(text, span.start);
  const said = SAID[error.code];
  const message = said?.message ?? firstLine(error.message);
  const fix = trap ?? said?.fix;
  return { span, message, ...(fix === undefined ? {} : { fix }) };
}

export const TOO_DEEP = {
  message: 'this is nested too deeply to be read',
  fix: 'Such a file is not a pipeline: look for brackets that are opened again and again.',
};

const SAID: Readonly<Partial<Record<YAMLError['code'], { message: string; fix: string }>>> = {
  TAB_AS_INDENT: {
    message: 'YAML does not allow tabs for indentation',
    fix: 'Indent with spaces.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'found a second `key: value` inside a value',
    fix: 'A value that holds `: ` stands in quotes, or below `|` on lines of its own.',
  },
  MISSING_CHAR: {
    message: 'something that was opened is not closed',
    fix: 'Look for the missing quote or bracket before this place.',
  },
  MULTIPLE_DOCS: {
    message: 'expected one YAML document, found a second one after `---`',
    fix: 'Put it into a file of its own.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'expected `key: value`, found a line without a colon',
    fix: 'Add the colon, or indent the line so that it continues the value above.',
  },
  BAD_INDENT: {
    message: 'this is not indented as YAML needs it here, or a bracket before it is not closed',
    fix: 'Keys of one level begin in the same column; close `[` and `{`.',
  },
  BAD_SCALAR_START: {
    message: 'a value cannot begin with this character',
    fix: 'Put the value in quotes.',
  },
  BAD_DQ_ESCAPE: {
    message: 'this backslash escape does not exist in YAML',
    fix: "Use single quotes, where a backslash is only a backslash: 'a\\d'.",
  },
  RESOURCE_EXHAUSTION: TOO_DEEP,
};

/** Values that look harmless and are something else to YAML. */
function trapAt(text: string, offset: number): string | undefined {
  const near = text.slice(Math.max(0, offset - NEAR), offset + NEAR);
  const at = Math.min(offset, NEAR);
  const from = near.lastIndexOf('\n', at - 1) + 1;
  const to = near.indexOf('\n', at);
  const line = near.slice(from, to < 0 ? near.length : to);
  if (/[:-]\s+\*\S*\s+\S/.test(line))
    return "`*` begins an alias in YAML: put the cron expression in quotes, '*/30 * * * *'.";
  if (/:\s+![a-z(]/i.test(line))
    return "`!` begins a tag in YAML: put the condition in quotes, '!cancelled()'.";
  if (/:\s+@/.test(line)) return "`@` is reserved in YAML: put the value in quotes, '@team'.";
  return undefined;
}

/** A line may be as long as the file, and have a mistake in each of its words. */
const NEAR = 500;

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
