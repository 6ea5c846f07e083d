import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// The variables are for trying a script without a container; sluice always uses these two folders.
const inputs = process.env.INPUTS_FOLDER ?? '/inputs';
const outputs = process.env.OUTPUTS_FOLDER ?? '/outputs';

/** Undefined where an optional need is absent: its folder is there and empty. */
export function readInput(task, file) {
  const path = join(inputs, task, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** What a window holds, oldest first: the folders are named `date=2021-01-29`. */
export function readWindow(task, file) {
  return readdirSync(join(inputs, task))
    .filter((folder) => folder.startsWith('date='))
    .sort()
    .map((folder) => ({
      date: folder.slice('date='.length),
      text: readFileSync(join(inputs, task, folder, file), 'utf8'),
    }));
}

export function writeOutput(file, text) {
  writeFileSync(join(outputs, file), text);
}

/** A value that other tasks see as `needs.<task>.outputs.<name>`. */
export function writeValue(name, value) {
  const file = process.env.SLUICE_OUTPUT;
  if (file !== undefined) appendFileSync(file, `${name}=${value}\n`);
}
