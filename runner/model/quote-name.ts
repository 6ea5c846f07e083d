/** A name on one line, whatever it holds and however long it is. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);
}

/** Characters. */
const LONGEST = 250;
