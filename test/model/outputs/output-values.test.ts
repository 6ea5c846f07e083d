import { describe, expect, it } from 'vitest';
import { parseOutputValues } from '../../../runner/model/outputs/output-values.ts';

const values = (text: string): unknown => {
  const parsed = parseOutputValues(text);
  return parsed.ok ? parsed.values : parsed.reason;
};

describe('parseOutputValues', () => {
  it.each([
    ['nothing', '', {}],
    ['a line', 'a=1\n', { a: '1' }],
    ['no newline at the end', 'a=1', { a: '1' }],
    ['an empty value', 'a=\n', { a: '' }],
    ['= and << in a value', 'a=b=c<<d\n', { a: 'b=c<<d' }],
    ['spaces, kept', 'a= 1 \n', { a: ' 1 ' }],
    ['CRLF', 'a=1\r\nb=2\r\n', { a: '1', b: '2' }],
    ['a BOM', '\uFEFFa=1', { a: '1' }],
    ['empty lines', '\n\na=1\n\n', { a: '1' }],
    ['the last of two', 'a=1\na=2\n', { a: '2' }],
    ['a heredoc', 'a<<END\none\n\nb=2\nEND\nc=3\n', { a: 'one\n\nb=2', c: '3' }],
    ['an empty heredoc', 'a<<END\nEND\n', { a: '' }],
    ['dashes in a name', 'row-count=3', { 'row-count': '3' }],
    ['a name of the prototype', '__proto__=1', Object.fromEntries([['__proto__', '1']])],
  ])('reads %s', (_, text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each([
    ['no separator', 'a=1\nhello\n', 'line 2 of $SLUICE_OUTPUT: expected name=value'],
    ['no name', '=1', 'line 1'],
    ['a name with a space', 'a b=1', 'line 1'],
    ['no delimiter', 'a<<\nx', 'expected a word after a<<'],
    ['NUL in a value', 'b=1\na=x\0y\n', 'line 2 of $SLUICE_OUTPUT: the value of a holds a NUL byte'],
    ['NUL in a heredoc', 'a<<END\nx\0\nEND\n', 'the value of a holds a NUL byte'],
    ['no end', '\na<<END\nx\n', 'line 2 of $SLUICE_OUTPUT: the value of a has no line END'],
  ])('says what is wrong with %s, and where', (_, text, expected) => {
    expect(values(text)).toContain(expected);
  });

  it('keeps the text of a wrong line out of its message', () => {
    expect(values('hunter2')).not.toContain('hunter2');
  });
});
