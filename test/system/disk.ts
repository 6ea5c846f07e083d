import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A small disk of its own, which can be full or read-only without harm to any other. Needs root. */
export interface Disk extends Disposable {
  readonly folder: string;
  resize(size: string): void;
  setReadOnly(readOnly: boolean): void;
}

export function mountDisk(folder: string, size: string): Disk {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'sluice-test', folder]);
  const remount = (option: string): void => {
    execFileSync('mount', ['-o', `remount,${option}`, folder]);
  };
  return {
    folder,
    resize: (to) => remount(`size=${to}`),
    setReadOnly: (readOnly) => remount(readOnly ? 'ro' : 'rw'),
    [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', folder]),
  };
}
