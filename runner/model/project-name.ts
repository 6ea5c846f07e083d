/** Names of repositories and folders, one below the other: they are compared and shown, never a key or a path. */
const PROJECT_NAME = /^[\p{L}\p{M}\p{N}._-]+(\/[\p{L}\p{M}\p{N}._-]+)*$/u;

const MAX_LENGTH = 500;

export function isProjectName(text: string): boolean {
  return text.length <= MAX_LENGTH && PROJECT_NAME.test(text);
}

/** The names of folders may hold anything; undefined where nothing of them can stand in a name. */
export function projectNameOf(parts: readonly string[]): string | undefined {
  const name = parts
    .map((part) => part.normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-'))
    .filter((part) => part !== '')
    .join('/')
    .slice(-MAX_LENGTH)
    .replace(/^\/+/, '');
  return name === '' ? undefined : name;
}
