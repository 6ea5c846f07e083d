import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readRecord } from '../store-files.ts';
import { byFile, fromElsewhere, inTheProject, type Place } from './place.ts';
import { HEAD, typeAll, typeEnding, type Scenario } from './scenario.ts';
import type { Shell } from './shell.ts';

const PUBLISHES = `${HEAD}
tasks:
  made:
    run: echo made > /outputs/x.txt
    outputs: [{ path: x.txt, publish: out.txt }]
  reader: { needs: [made], run: cat /inputs/made/x.txt }
`;

export const DAMAGE: readonly Scenario[] = [
  {
    name: 'objects are gone',
    places: [inTheProject, byFile],
    pipeline: PUBLISHES,
    async lead(shell, place) {
      const { line } = place;
      await typeEnding(shell, line('run', 'made'), 0);
      rmSync(objectOfMade(shell, place));
      return typeAll(shell, [
        line('get', 'lone/made/_', '--to out'),
        line('store check'),
        line('store check', '--deep', '--json'),
        line('why', 'lone/made/_'),
        line('plan'),
        line('run'),
        line('run'),
        line('status'),
      ]);
    },
    tells: [/^sluice run.*lone\/made\/_/m],
  },
  {
    name: 'an object is damaged',
    places: [byFile],
    pipeline: PUBLISHES,
    async lead(shell, place) {
      const { line } = place;
      await typeEnding(shell, line('run', 'made'), 0);
      overwrite(objectOfMade(shell, place), 'mode\n');
      return typeAll(shell, [
        line('store check', '--deep'),
        line('get', 'lone/made/_', '--to out'),
        line('run'),
        line('store copy', place === byFile ? '.sluice/store copied' : "'../a store' copied"),
      ]);
    },
    tells: [/--rebuild all/],
    // What the container would read is not there to begin with.
    situation: (shell, { line }) => ({
      repeats: 4,
      mend: () => shell.type(line('run', 'lone/made/_', '--rebuild all')),
    }),
  },
  {
    name: 'a published file was edited',
    places: [inTheProject],
    pipeline: PUBLISHES,
    async lead(shell, { line, store }) {
      await typeEnding(shell, line('run'), 0);
      overwrite(shell.path(store, 'published/out.txt'), 'mode\n');
      return typeAll(shell, [line('store check', '--deep'), line('store check', '--json --deep')]);
    },
    tells: [/--rebuild all/],
  },
  {
    name: 'a published file was removed',
    places: [fromElsewhere],
    pipeline: PUBLISHES,
    async lead(shell, { line, store }) {
      await typeEnding(shell, line('run'), 0);
      rmSync(shell.path(store, 'published/out.txt'));
      return typeAll(shell, [line('store check')]);
    },
    tells: [/^sluice run/m],
  },
  {
    name: 'another instance has published to its path',
    places: [inTheProject],
    pipeline: PUBLISHES,
    async lead(shell, { line, pipelineFile }) {
      await typeEnding(shell, line('run'), 0);
      shell.write(pipelineFile, `name: lone\n${PUBLISHES.replaceAll('made', 'renamed')}`);
      return typeAll(shell, [
        line('run'),
        line('plan'),
        line('why', 'lone/renamed/_'),
        line('status'),
        line('store check'),
        line('gc', '--dry-run'),
      ]);
    },
  },
  {
    name: 'a folder stands where it publishes',
    places: [inTheProject],
    pipeline: PUBLISHES,
    async lead(shell, { line, store }) {
      mkdirSync(shell.path(store, 'published/out.txt/of-a-person'), { recursive: true });
      return typeAll(shell, [
        line('run'),
        line('why', 'lone/made/_'),
        line('plan'),
        line('store check'),
        line('get', 'lone/made/_', '--to out'),
      ]);
    },
    situation: (shell, { store }) => ({
      mend: () => rmSync(shell.path(store, 'published/out.txt'), { recursive: true }),
    }),
  },
];

function objectOfMade(shell: Shell, { store }: Place): string {
  const { attempt = '' } = readRecord(shell.path(store), 'manifests/lone/made/_.json') ?? {};
  return shell.path(store, `objects/lone/made/_/${attempt}/x.txt`);
}

/** Of the same length. What is committed is read-only, and may have further names. */
function overwrite(path: string, text: string): void {
  rmSync(path);
  writeFileSync(path, text);
}
