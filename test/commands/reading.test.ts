import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Output } from '../../runner/commands/cli/output.ts';
import { ProblemsError } from '../../runner/errors.ts';
import { checkCommand } from '../../runner/commands/check.ts';
import { planCommand } from '../../runner/commands/plan.ts';
import { getCommand } from '../../runner/commands/results/get.ts';
import { logsCommand } from '../../runner/commands/results/logs.ts';
import { lsCommand } from '../../runner/commands/results/ls.ts';
import { statusCommand } from '../../runner/commands/status.ts';
import { storeCheckCommand } from '../../runner/commands/store/check.ts';
import { storeCopyCommand } from '../../runner/commands/store/copy.ts';
import { storeDuCommand } from '../../runner/commands/store/du.ts';
import { gcCommand } from '../../runner/commands/store/gc.ts';
import { whyCommand } from '../../runner/commands/why.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { ID, manifestOf, openBench, RUN, runRecord, upload } from '../ledger/sample.ts';

const PIPELINE = "tasks: { t: { image: busybox, run: 'true' } }\n";

let project: string;
let said: string[];
let output: Output;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'sluice-reading-'));
  mkdirSync(join(project, 'pipelines'));
  write('sluice.yaml', 'store: store\n');
  write('pipelines/p.yaml', PIPELINE);
  said = [];
  const say = (text: string | readonly string[]): void => void said.push([text].flat().join('\n'));
  output = {
    json: false,
    color: false,
    debug: false,
    say,
    warn: say,
    complete: (text) => text,
    document: async () => undefined,
  };
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const write = (path: string, text: string): void => writeFileSync(join(project, path), text);

type Flags = { readonly project: string; readonly store?: string; readonly to?: string };
type Command = (words: readonly string[], flags: Flags, output: Output) => Promise<number>;

/** Needs no pipeline, each with words that ask for something. */
const READERS: readonly (readonly [string, Command, readonly string[]])[] = [
  ['ls', lsCommand, []],
  ['get', getCommand, [ID]],
  ['logs', logsCommand, [ID]],
  ['status', statusCommand, []],
  ['gc', gcCommand, []],
  ['store check', storeCheckCommand, []],
  ['store du', storeDuCommand, []],
];

async function makeStore(): Promise<void> {
  const { ledger, store } = await openBench(createDirectoryStore(join(project, 'store')));
  const attempt = `${RUN}-1`;
  await ledger.startRun(runRecord(RUN));
  await upload(store, attempt, { 'a.txt': 'a' });
  await ledger.commitManifest(manifestOf(attempt, { files: { 'a.txt': 'a' } }), null);
  await ledger.writeLog(RUN, ID, attempt, Buffer.from('printed\n'));
}

describe('a folder of no project', () => {
  it.each(READERS)('is told by %s as what it is', async (_, command, words) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-nowhere-'));
    await expect(command(words, { project: folder }, output)).rejects.toThrow(
      /^there is no project here: neither sluice.yaml nor pipelines\/ is in .*sluice-nowhere-/,
    );
    await expect(command(words, { project: folder, store: 'far' }, output)).rejects.toThrow(
      'there is no store at far',
    );
    rmSync(folder, { recursive: true });
  });
});

describe('a name that nobody knows', () => {
  beforeEach(makeStore);

  it.each([
    ['ls', lsCommand],
    ['store du', storeDuCommand],
  ])('is refused by %s with the one that was meant', async (_, command) => {
    write('pipelines/daily.yaml', PIPELINE);
    await expect(command(['dayly'], { project }, output)).rejects.toThrow(
      'there is no pipeline "dayly", and nothing in the store under dayly',
    );
    await expect(command(['p/no-such'], { project }, output)).rejects.toThrow(
      'there is no task `no-such` in pipeline p',
    );
    // Nothing has come of it yet.
    expect(await command(['daily'], { project }, output)).toBe(0);
  });

  it('is none where the store has results of it', async () => {
    rmSync(join(project, 'pipelines/p.yaml'));
    write('pipelines/other.yaml', PIPELINE);
    expect(await lsCommand([ID.split('/').slice(0, 2).join('/')], { project }, output)).toBe(0);
    expect(
      await lsCommand([`${ID.split('/').slice(0, 2).join('/')}/date=1999-01-01`], { project }, output),
    ).toBe(0);
  });
});

describe('a lone file', () => {
  it('may be followed by its pipeline’s name, as it is in every command that is printed', async () => {
    mkdirSync(join(project, 'sub'));
    write('sub/l.yaml', 'tasks: { a: { image: x, run: y }, b: { image: x, run: y } }\n');
    const file = join(project, 'sub/l.yaml');
    const flags = { store: join(project, 'store') };
    await makeStore();
    expect(await planCommand([file, 'l', 'a'], flags, output)).toBe(0);
    expect(said.join('\n')).toMatch(/^a .*missing/m);
    expect(said.join('\n')).not.toMatch(/^b /m);
    said = [];
    expect(await planCommand([file, 'l'], flags, output)).toBe(0);
    expect(said.join('\n')).toMatch(/^b .*missing/m);
    const seen = vi.fn<Output['document']>();
    const json = { ...output, json: true, document: seen };
    for (const words of [['l', 'a'], ['a']]) {
      expect(await statusCommand([file, ...words], flags, json)).toBe(0);
    }
    expect(seen.mock.calls[0]).toEqual(seen.mock.calls[1]);
    expect(await statusCommand([file, 'l', 'a'], flags, output)).toBe(0);
    await expect(statusCommand([file, 'l', 'a', 'b'], flags, output)).rejects.toThrow('found a and b');
  });
});

describe('check of a pipeline by its name', () => {
  const check = (...words: readonly string[]) => checkCommand(words, { project }, output);
  beforeEach(() => {
    write('pipelines/q.yaml', "tasks: { u: { needs: [p/t], image: busybox, run: 'true' } }\n");
    write('pipelines/broken.yaml', 'tasks: { t: { image: busybox, rum: x } }\n');
  });

  it('is of its mistakes and of those of what it needs', async () => {
    expect(await check('q')).toBe(0);
    expect(said.join('\n')).toContain('q: 1 task, no mistakes');
    expect(said.join('\n')).not.toContain('broken');
    await expect(check()).rejects.toThrow('rum');
    write('pipelines/p.yaml', 'tasks: { t: { image: busybox, rum: x } }\n');
    await expect(check('q')).rejects.toThrow('rum');
  });

  it('knows names, and only of pipelines', async () => {
    await expect(check('qq')).rejects.toThrow('there is no pipeline "qq"');
    await expect(check('q', 'u')).rejects.toThrow('found "q u"');
    await expect(check('q/u')).rejects.toThrow('expected the name of a pipeline or its file');
  });
});

describe('a store that is not there', () => {
  it.each(READERS)('is named by %s, and not made', async (_, command, words) => {
    await expect(command(words, { project }, output)).rejects.toThrow('there is no store at store');
    expect(existsSync(join(project, 'store'))).toBe(false);
  });

  it.each<readonly [string, Command, readonly string[]]>([
    ['plan', planCommand, ['p']],
    ['why', whyCommand, ['p/t/_']],
  ])('is empty to %s, named, and not made', async (_, command, words) => {
    expect(await command(words, { project }, output)).toBe(0);
    expect(said.join('\n')).toContain('there is no store at store yet');
    expect(said.join('\n')).toContain('missing');
    expect(existsSync(join(project, 'store'))).toBe(false);
  });

  it('is named as the source of a copy', async () => {
    const copy = storeCopyCommand(['gone', 'there'], { project }, output);
    await expect(copy).rejects.toThrow('there is no store at gone');
    expect(existsSync(join(project, 'there'))).toBe(false);
  });
});

describe.each(READERS)('sluice %s', (_, command, words) => {
  beforeEach(makeStore);

  it.each([
    ['a wrong key', 'tasks: { t: { imag: x } }'],
    ['broken YAML', 'tasks: ['],
  ])('needs no pipeline: one may have %s', async (__, text) => {
    write('pipelines/p.yaml', text);
    expect(await command(words, { project, to: join(project, 'out') }, output)).toBe(0);
  });

  it('needs no project where a store is named', async () => {
    write('sluice.yaml', 'store: [\n');
    const flags = { project, to: join(project, 'out') };
    await expect(command(words, flags, output)).rejects.toBeInstanceOf(ProblemsError);
    expect(await command(words, { ...flags, store: join(project, 'store') }, output)).toBe(0);
  });
});

describe('a lone file', () => {
  it('is asked about as it was run', async () => {
    const lone = join(project, 'lone.yaml');
    write('lone.yaml', PIPELINE);
    expect(await planCommand([lone], { project }, output)).toBe(0);
    expect(await whyCommand([lone, 'lone/t/_'], { project }, output)).toBe(0);
    // As commands are printed: with the pipeline's name after its file.
    expect(await planCommand([lone, 'lone', 't'], { project }, output)).toBe(0);
    await makeStore();
    expect(await statusCommand([lone], { project }, output)).toBe(0);
    expect(await lsCommand([lone], { project }, output)).toBe(0);
    write('lone.yaml', 'name: other\ntasks: [');
    expect(await statusCommand([lone], { project }, output)).toBe(0);
  });
});
