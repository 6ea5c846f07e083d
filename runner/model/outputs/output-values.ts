/**
 * Reads what a task wrote to `$SLUICE_OUTPUT`: `name=value` lines, or GitHub's heredoc for a value of several
 * lines. Of a name that is written twice the last value counts.
 */
export function parseOutputValues(
  text: string,
):
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly reason: string } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const values = new Map<string, string>();
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const number = index + 1;
    index += 1;
    if (line === '') continue;
    const [, name = '', separator = '', rest = ''] = /^([^=<]*)(=|<<)(.*)$/.exec(line) ?? [];
    if (!NAME.test(name)) {
      return wrong(number, 'expected name=value, or name<<END and lines up to END');
    }
    if (separator === '=') {
      if (rest.includes('\0')) return holdsNul(number, name);
      values.set(name, rest);
      continue;
    }
    if (rest === '') return wrong(number, `expected a word after ${name}<<, to end the value`);
    const end = lines.indexOf(rest, index);
    if (end === -1) return wrong(number, `the value of ${name} has no line ${rest} that ends it`);
    const value = lines.slice(index, end).join('\n');
    if (value.includes('\0')) return holdsNul(number, name);
    values.set(name, value);
    index = end + 1;
  }
  return { ok: true, values: Object.fromEntries(values) };
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Said of the task that wrote it: whoever needs it could not even be started. */
function holdsNul(line: number, name: string): ReturnType<typeof wrong> {
  return wrong(
    line,
    `the value of ${name} holds a NUL byte, which no variable can hand on; write it to a file in /outputs instead`,
  );
}

/** The line's text stays out of the message: it may hold a secret. */
function wrong(line: number, reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: `line ${line} of $SLUICE_OUTPUT: ${reason}` };
}
