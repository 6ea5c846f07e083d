import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './packages.ts';

/**
 * A Node 24 beside the one that runs. `node@24` from npm is a script that installs the package of the machine's
 * own binary: that one is taken straight, so that no install script needs to be allowed. Not a dev dependency:
 * then it would stand before the machine's Node in the PATH of every npm script.
 */
export function node24(say: (line: string) => void = () => undefined): string {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = cacheFolder('node24');
  const program = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(program)) {
    const words = [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      `${name}@24`,
    ];
    say(`running npm ${words.join(' ')}`);
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  if (!version.startsWith('v24.')) throw new Error(`expected Node 24 at ${program}, found ${version}`);
  return program;
}
