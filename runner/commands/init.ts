import { access, copyFile, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, usageError } from '../errors.ts';
import type { Output } from './cli/output.ts';
import type { CommonFlags } from './cli/flags.ts';
import { quoteWord } from '../model/quote-word.ts';
import { makeFolder } from '../machine/folder.ts';

export interface InitFlags extends CommonFlags {
  readonly force?: boolean;
}

/** `sluice init [folder]`: a small pipeline that runs at once. Never writes over what is there, unless forced. */
export async function initCommand(
  words: readonly string[],
  flags: InitFlags,
  output: Output,
): Promise<number> {
  const folder = resolve(words[0] ?? '.');
  const template = await templateFolder();
  const files = await filesBelow(template);
  const targets = [
    // npm leaves files named .gitignore out of packages: the template spells it without the dot.
    ...files.map((file) => ({
      from: join(template, file),
      to: file.replace(/(^|\/)gitignore$/, '$1.gitignore'),
    })),
    // For editors, of this very version, and there without a network.
    ...SCHEMAS.map((file) => ({ from: join(template, '../../docs/schema', file), to: `schema/${file}` })),
  ];
  if (flags.force !== true) {
    const there = await existing(
      folder,
      targets.map((target) => target.to),
    );
    if (there.length > 0) {
      throw usageError(
        'file-exists',
        `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} already in ${folder}`,
        'name another folder, or --force to write over them',
      );
    }
  }
  for (const { from, to } of targets) {
    makeFolder(dirname(join(folder, to)));
    await copyFile(from, join(folder, to));
  }
  const place = relative(process.cwd(), folder);
  if (output.json) {
    await output.document({ schema: 1, folder, files: targets.map((target) => target.to) });
    return EXIT.ok;
  }
  for (const { to } of targets) output.say(`wrote ${join(place, to)}`);
  output.say('');
  output.say(`Run it:    ${place === '' ? '' : `cd ${quoteWord(place)} && `}sluice run hello`);
  output.say('Change it: pipelines/hello.yaml; editors with a YAML language server complete and check it');
  return EXIT.ok;
}

const SCHEMAS = ['pipeline.json', 'project.json', 'reusable.json'];

/** Beside the bundle in a package, above it in a checkout. */
async function templateFolder(): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const candidate of ['../templates/init', '../../templates/init']) {
    const folder = resolve(here, candidate);
    if (await exists(folder)) return folder;
  }
  throw usageError('no-template', 'the templates of this installation are missing', 'install sluice again');
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort();
}

async function existing(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map(async (file) => ((await exists(join(folder, file))) ? [file] : [])),
  );
  return found.flat();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
