import { MOST_WORD_BYTES } from '../../model/exec-limit.ts';

const MOST = MOST_WORD_BYTES.toLocaleString('en');
/** All of them together take at most a quarter of the stack, of which containers have 8 MiB; some is the image's. */
const MOST_TOGETHER_BYTES = 2 * 1024 * 1024 - 64 * 1024;

/** What a container's program is started with. */
export interface Started {
  readonly words: readonly string[];
  /** The one among them that is the task's script. */
  readonly script: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Why no kernel could start it, in words; else the engine says only "argument list too long", or cuts a text off. */
export function execProblem({ words, script, env, secrets }: Started): string | undefined {
  const variables = [
    ...Object.entries(env).map(([name, value]) => ({ called: `env.${name}`, name, value })),
    ...Object.entries(secrets).map(([name, value]) => ({ called: `the secret ${name}`, name, value })),
  ];
  const texts = [
    ...variables.map(({ called, name, value }) => ({ called, text: `${name}=${value}`, value })),
    ...words.map((word) => ({
      called: word === script ? 'the script' : `the argument ${JSON.stringify(word.slice(0, 20))}`,
      text: word,
      value: word,
    })),
  ];
  for (const { called, text, value } of texts) {
    if (text.includes('\0'))
      return `${called} holds a NUL character, which no program can be given; remove it`;
    if (Buffer.byteLength(text) <= MOST_WORD_BYTES) continue;
    // Of a name that is long itself, the name counts.
    const bytes = Math.max(Buffer.byteLength(value), MOST_WORD_BYTES + 1).toLocaleString('en');
    return text === value
      ? `${called} has ${bytes} bytes, a program can be given ${MOST}: put it into a file under \`files\`, or write shell: 'sh -e {0}', which hands the script over as a file`
      : `${called} has ${bytes} bytes, a variable can hold ${MOST}: write a file to /outputs where it is made, and read it below /inputs`;
  }
  const total = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 9, 0);
  if (total <= MOST_TOGETHER_BYTES) return undefined;
  const most = MOST_TOGETHER_BYTES.toLocaleString('en');
  return `all variables and arguments together have ${total.toLocaleString('en')} bytes, a program can be given ${most}: write files to /outputs, and read them below /inputs`;
}
