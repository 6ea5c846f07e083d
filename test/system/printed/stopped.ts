import { byFile, fromElsewhere, inTheProject } from './place.ts';
import { HEAD, MOOD, typeAll, typeEnding, type Scenario } from './scenario.ts';

const QUICK_AND_SLOW = `${HEAD}
tasks:
  quick: { run: 'true' }
  slow:
    ${MOOD}
    needs: [quick]
    run: |
      echo it began
      test "$MOOD" != slow-mood || exec sleep 600
`;

export const STOPPED: readonly Scenario[] = [
  {
    name: 'Ctrl-C stops a run',
    places: [fromElsewhere],
    pipeline: QUICK_AND_SLOW,
    async lead(shell, { line }) {
      shell.setVariable('MOOD', 'slow-mood');
      return [
        await shell.typeAndStop(line('run', '--logs'), 'it began', 'SIGINT'),
        ...(await typeAll(shell, [line('status'), line('why', 'lone/slow/_')])),
      ];
    },
    tells: [/^sluice run/m, /^sluice logs/m],
    situation: (shell) => ({ mend: () => shell.setVariable('MOOD', 'quick-mood') }),
  },
  {
    name: 'Ctrl-C stops a rebuild of all',
    places: [byFile],
    pipeline: QUICK_AND_SLOW,
    async lead(shell, { line }) {
      shell.setVariable('MOOD', 'quick-mood');
      await typeEnding(shell, line('run'), 0);
      shell.setVariable('MOOD', 'slow-mood');
      return [await shell.typeAndStop(line('run', '--logs --rebuild all'), 'it began', 'SIGINT')];
    },
    tells: [/--resume/],
    situation: (shell) => ({ mend: () => shell.setVariable('MOOD', 'quick-mood') }),
  },
  {
    name: 'a run is killed',
    places: [inTheProject],
    pipeline: QUICK_AND_SLOW,
    async lead(shell, { line }) {
      shell.setVariable('MOOD', 'slow-mood');
      return [
        await shell.typeAndStop(line('run', '--logs'), 'it began', 'SIGKILL'),
        ...(await typeAll(shell, [
          line('status'),
          line('plan'),
          line('why', 'lone/slow/_'),
          line('logs', 'lone/slow/_'),
          line('store check'),
        ])),
      ];
    },
    situation: (shell) => ({ mend: () => shell.setVariable('MOOD', 'quick-mood') }),
  },
];
