import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { gcCommand } from '../../../runner/commands/store/gc.ts';

const STORE = JSON.stringify({ schema: 1, id: '0123456789abcdef' });
const INSTANCE = 'score/prices/date=2021-01-29';

test('names what it left alone because a manifest is damaged', async () => {
  const project = mkdtempSync(join(tmpdir(), 'sluice-gc-'));
  try {
    const files = {
      'sluice.yaml': 'store: store\n',
      'pipelines/score.yaml': 'a mistake in a pipeline: nothing that concerns the store\n',
      'store/store.json': STORE,
      [`store/manifests/${INSTANCE}.json`]: '{}',
      [`store/objects/${INSTANCE}/20210129T000000Z-aaaaaa-1/out.csv`]: 'x',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    const said: string[] = [];
    const warned: string[] = [];
    const output = {
      json: false,
      color: false,
      debug: false,
      complete: (text: string) => text,
      say: (text: string | readonly string[]) => void said.push(...[text].flat()),
      warn: (text: string | readonly string[]) => void warned.push(...[text].flat()),
      document: async () => {},
    };
    expect(await gcCommand([], { project, graceHours: '0' }, output)).toBe(0);
    expect(warned.join('\n')).toContain(`manifests/${INSTANCE}.json`);
    expect(said[0]).toBe('nothing to remove');
    expect(said[1]).toContain(
      'kept all images that were built here: what is still asked for cannot be read: pipelines/score.yaml:1: ',
    );
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});

test('collects beside a lone file, and makes no store where none is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-gc-'));
  const documents: unknown[] = [];
  const output = {
    json: true,
    color: false,
    debug: false,
    complete: (text: string) => text,
    say: fail,
    warn: fail,
    document: async (value: unknown) => void documents.push(value),
  };
  try {
    await expect(gcCommand([], { project: folder }, output)).rejects.toThrow('there is no project here');
    expect(readdirSync(folder)).toEqual([]);
    const attempt = join(folder, '.sluice/store/objects', INSTANCE, '20210129T000000Z-aaaaaa-1');
    mkdirSync(attempt, { recursive: true });
    writeFileSync(join(attempt, 'out.csv'), 'x');
    writeFileSync(join(folder, '.sluice/store/store.json'), STORE);
    expect(await gcCommand([], { project: folder, graceHours: '0' }, output)).toBe(0);
    expect(documents).toMatchObject([{ objectsRemoved: 1, problems: [] }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each(['', ' ', '-1', '1e3', '0x10', 'Infinity', '1.', ' 5', '9'.repeat(400)])(
  'refuses %j as hours of grace',
  async (graceHours) => {
    const output = {
      json: false,
      color: false,
      debug: false,
      complete: (text: string) => text,
      say: fail,
      warn: fail,
      document: fail,
    };
    await expect(gcCommand([], { project: '/nowhere', graceHours }, output)).rejects.toThrow('--grace-hours');
  },
);

test.each(['', ' ', '-1', '1.5', 'all'])('refuses %j as a number of results to keep', async (keep) => {
  const output = {
    json: false,
    color: false,
    debug: false,
    complete: (text: string) => text,
    say: fail,
    warn: fail,
    document: fail,
  };
  await expect(gcCommand([], { project: '/nowhere', keep }, output)).rejects.toThrow('--keep');
});

function fail(): never {
  throw new Error('nothing is to be said');
}
