/** What is quoted in a message has no end of its own; whoever wants the whole finds it where it was written. */
export function shortened(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}

/** So much of an expression as a line of a table takes. */
export const EXPRESSION_CHARACTERS = 200;
