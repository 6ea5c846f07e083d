import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

async function repro(flags: ReproFlags): Promise<readonly string[]> {
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
  const into = join(project, 'deep/er/again');
  expect(await reproCommand(['p/a/_'], { project, into, ...flags }, output)).toBe(0);
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
