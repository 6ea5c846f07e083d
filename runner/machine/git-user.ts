import { isAbsolute, join } from 'node:path';
import { readSmall, valueIn } from './git-config.ts';
import { repositoryAbove } from './repository.ts';

/** Git's `user.name` for whoever works in a folder: the repository's own, else the person's. Git is not asked. */
export async function gitUserName(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  const settings = env['XDG_CONFIG_HOME'] ?? '';
  const repository = await repositoryAbove(folder);
  const configs = [
    repository?.config,
    isAbsolute(home) ? await readSmall(join(home, '.gitconfig')) : undefined,
    isAbsolute(settings)
      ? await readSmall(join(settings, 'git', 'config'))
      : isAbsolute(home)
        ? await readSmall(join(home, '.config', 'git', 'config'))
        : undefined,
  ];
  return configs.map((config) => valueIn(config ?? '', 'user', 'name')).find((name) => (name ?? '') !== '');
}
