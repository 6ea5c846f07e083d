/** The words of a `shell:` line; quotes and backslashes as in a shell, nothing is expanded. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let open = false;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (quote !== "'" && sign === '\\' && at + 1 < line.length) {
      at += 1;
      word += line.charAt(at);
      open = true;
    } else if (quote !== '') {
      if (sign === quote) quote = '';
      else word += sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      open = true;
    } else if (/\s/.test(sign)) {
      if (open) words.push(word);
      word = '';
      open = false;
    } else {
      word += sign;
      open = true;
    }
  }
  if (open) words.push(word);
  return words;
}
