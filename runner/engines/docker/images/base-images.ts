import { parseReference, type Reference } from './reference.ts';
import { own } from '../../../model/own.ts';

/**
 * The images that a Dockerfile builds on: of each FROM and COPY --from, with arguments filled in, without its own
 * stages. Only their registries get a login. Reads what it can: the builder itself tells what is wrong.
 */
export function baseImages(
  dockerfile: string,
  buildArgs: Readonly<Record<string, string>>,
): readonly Reference[] {
  const globals = new Map<string, string>();
  const stages = new Set<string>(['scratch']);
  const images = new Map<string, Reference>();
  let stageCount = 0;

  function add(written: string): void {
    const text = fill(written, globals);
    if (stages.has(text.toLowerCase()) || /^\d+$/.test(text)) return;
    const parsed = parseReference(text);
    if (parsed.ok) images.set(text, parsed.reference);
  }

  for (const line of logicalLines(dockerfile)) {
    const [instruction = '', ...words] = line.split(/\s+/);
    switch (instruction.toUpperCase()) {
      case 'ARG':
        // Those before the first FROM are the only ones that FROM sees.
        if (stageCount === 0) for (const word of words) declare(word, buildArgs, globals);
        break;
      case 'FROM': {
        const [image, as, stage] = words.filter((word) => !word.startsWith('--'));
        if (image !== undefined) add(image);
        if (as?.toUpperCase() === 'AS' && stage !== undefined) stages.add(stage.toLowerCase());
        stageCount += 1;
        break;
      }
      case 'COPY': {
        const from = words.find((word) => word.startsWith('--from='));
        if (from !== undefined) add(from.slice('--from='.length));
        break;
      }
      default:
    }
  }
  return [...images.values()];
}

function logicalLines(dockerfile: string): readonly string[] {
  return dockerfile
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\[ \t]*\n/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}

function declare(
  word: string,
  buildArgs: Readonly<Record<string, string>>,
  globals: Map<string, string>,
): void {
  const [name = '', ...rest] = word.split('=');
  const preset = rest.length === 0 ? undefined : rest.join('=').replace(/^(["'])(.*)\1$/, '$2');
  const value = own(buildArgs, name) ?? (preset === undefined ? undefined : fill(preset, globals));
  if (value !== undefined) globals.set(name, value);
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` */
function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g,
    (_, plain?: string, braced?: string, preset = '') => {
      const value = values.get(plain ?? braced ?? '');
      return value === undefined || value === '' ? String(preset) : value;
    },
  );
}
