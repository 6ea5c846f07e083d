import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { BUSYBOX_IMAGE } from '../../parts/busybox-image.ts';
import { byFile, fromElsewhere, inTheProject } from './place.ts';
import { HEAD, typeAll, type Scenario } from './scenario.ts';

const ONE_TASK = `${HEAD}
tasks:
  made: { run: 'echo 1 > /outputs/x.txt', outputs: [x.txt] }
`;

export const SURROUNDINGS: readonly Scenario[] = [
  {
    name: 'DOCKER_HOST leads nowhere',
    places: [byFile],
    pipeline: ONE_TASK,
    async lead(shell, { line }) {
      shell.setVariable('DOCKER_HOST', 'unix:///nowhere/docker.sock');
      return typeAll(shell, [
        line('run'),
        line('doctor'),
        line('doctor', '--json'),
        line('repro', 'lone/made/_', '--exec'),
      ]);
    },
    tells: [/^unset DOCKER_HOST; sluice run/m],
  },
  {
    name: 'nothing is there yet',
    places: [fromElsewhere],
    pipeline: ONE_TASK,
    lead: (shell, { line }) =>
      typeAll(shell, [
        line('status'),
        line('ls'),
        line('ls', 'lone/made/_'),
        line('logs', 'made'),
        line('logs', 'lone/made/_', '--run 20260101T000000Z-000000'),
        line('get', 'made', '--to out'),
        line('store check'),
        line('store du'),
        line('gc'),
        line('why', 'made'),
      ]),
  },
  {
    name: 'a project is begun',
    places: [inTheProject],
    pipeline: ONE_TASK,
    lead: (shell) => typeAll(shell, ["sluice init 'new one'", 'sluice init other']),
    situation: (shell) => ({
      mend: () => {
        for (const folder of ['new one', 'other']) useImageAtHand(shell.path(folder, 'pipelines/hello.yaml'));
      },
    }),
  },
];

/** The one of the template is got from a registry. */
function useImageAtHand(file: string): void {
  if (!existsSync(file)) return;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/^( {2}image: ).*$/m, `$1${BUSYBOX_IMAGE}\n  pull: never`),
  );
}
