import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reproCommand, type ReproFlags } from '../../../runner/commands/repro/repro.ts';

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'sluice-repro-'));
  const files = {
    'sluice.yaml': 'store: store\n',
    'pipelines/p.yaml': "tasks: { a: { image: busybox, run: 'sh scripts/a.sh', files: [scripts/a.sh] } }\n",
    'scripts/a.sh': 'true\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
});

afterEach(() => {
  rmSync(project, { recursive: true, force: true });
});

/** `into: null`: wherever it goes without the flag. */
async function repro({
  into,
  ...flags
}: Omit<ReproFlags, 'into'> & { readonly into?: string | null }): Promise<readonly string[]> {
  let command: readonly string[] = [];
  const output = {
    json: true,
    color: false,
    debug: false,
    complete: (text: string) => text,
    say: () => undefined,
    warn: () => undefined,
    document: async (value: unknown) => void ({ command } = value as { readonly command: readonly string[] }),
  };
  const where = into === null ? {} : { into: into ?? join(project, 'deep/er/again') };
  expect(await reproCommand(['p/a/_'], { project, ...where, ...flags }, output)).toBe(0);
  return command;
}

const mode = (path: string) => statSync(join(project, 'deep/er/again', path)).mode & 0o777;

it.each([0o022, 0o077])(
  'lets in only the owner, and any user of the image within, with umask %o',
  async (mask) => {
    const before = process.umask(mask);
    try {
      await repro({});
    } finally {
      process.umask(before);
    }
    expect(mode('.')).toBe(0o700);
    for (const name of ['workspace', 'outputs', 'sluice']) expect(mode(name)).toBe(0o777);
    expect(mode('sluice/output')).toBe(0o666);
    for (const name of ['inputs', 'workspace/scripts']) expect(mode(name)).toBe(0o755);
    expect(mode('workspace/scripts/a.sh') & 0o444).toBe(0o444);
  },
);

it('asks the engine that was named, and no other', async () => {
  expect((await repro({})).slice(0, 2)).toEqual(['docker', 'run']);
  const named = await repro({ engine: 'unix:///run/other.sock' });
  expect(named.slice(0, 4)).toEqual(['docker', '-H', 'unix:///run/other.sock', 'run']);
  expect(readFileSync(join(project, 'deep/er/again/run.sh'), 'utf8')).toContain(
    'docker -H unix:///run/other.sock run',
  );
});

it.each(['tcp://10.0.0.7:2375', 'ssh://me@there', 'there:2375'])(
  'refuses %s: no folder of this machine is there',
  async (engine) => {
    await expect(repro({ engine })).rejects.toThrow('cannot mount a folder of this one');
    expect(existsSync(join(project, 'deep'))).toBe(false);
  },
);

describe('what is a person’s stays', () => {
  const at = (path: string) => join(project, path);
  const again = () => repro({ into: at('again') });

  it('refuses a file where the folder is to be', async () => {
    writeFileSync(at('notes'), 'mine');
    await expect(repro({ into: at('notes') })).rejects.toThrow('is there, and not a folder');
    expect(readFileSync(at('notes'), 'utf8')).toBe('mine');
  });

  it('refuses a folder that no repro made', async () => {
    mkdirSync(at('again'));
    writeFileSync(at('again/mine'), '');
    await expect(again()).rejects.toThrow('no repro made it');
  });

  it.each([
    ['an edited script', () => writeFileSync(at('again/workspace/scripts/a.sh'), 'echo more\n')],
    ['an edited command', () => writeFileSync(at('again/run.sh'), '#!/bin/sh\n')],
    ['a new file', () => writeFileSync(at('again/inputs/notes.txt'), '')],
    ['a record of an earlier version', () => writeFileSync(at('again/.sluice-repro'), '')],
  ])('refuses a folder with %s', async (_, edit) => {
    await again();
    edit();
    await expect(again()).rejects.toThrow('was changed since a repro made it');
    expect(existsSync(at('again/run.sh'))).toBe(true);
  });

  it('lays out anew what nobody touched, outputs of an earlier try too', async () => {
    await again();
    writeFileSync(at('again/outputs/result.txt'), 'of the container');
    await again();
    expect(existsSync(at('again/outputs/result.txt'))).toBe(false);
  });

  it('takes the next free folder where none was named', async () => {
    const here = process.cwd();
    process.chdir(project);
    try {
      await repro({ into: null });
      await repro({ into: null });
      expect(existsSync(at('repro-a-2'))).toBe(false);
      writeFileSync(at('repro-a/workspace/scripts/a.sh'), 'edited');
      await repro({ into: null });
      expect(readFileSync(at('repro-a/workspace/scripts/a.sh'), 'utf8')).toBe('edited');
      expect(readFileSync(at('repro-a-2/workspace/scripts/a.sh'), 'utf8')).toBe('true\n');
    } finally {
      process.chdir(here);
    }
  });
});
