/** Each text that a secret in JSON holds (a service account's key, say): programs use and print them one by one. */
export function jsonTexts(secret: string): readonly string[] {
  if (!/^\s*[{[]/.test(secret)) return [];
  const found: string[] = [];
  const values: unknown[] = [parsed(secret)];
  for (let value = values.pop(); value !== undefined; value = values.pop()) {
    if (typeof value === 'string') found.push(value);
    else if (Array.isArray(value)) values.push(...value.filter((item) => item !== undefined));
    else if (typeof value === 'object' && value !== null) values.push(...Object.values(value));
  }
  return found;
}

function parsed(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    return undefined;
  }
}
