import { byFile, everywhere, fromElsewhere, inTheProject } from './place.ts';
import { HEAD, MOOD, typeAll, typeEnding, type Scenario } from './scenario.ts';

const BROKEN_OR_MADE = `
    ${MOOD}
    run: |
      test "$MOOD" = mended-mood || { echo "the cause" >&2; exit 3; }
      echo made > /outputs/x.txt
    outputs: [x.txt]
`;

export const FAILURES: readonly Scenario[] = [
  {
    name: 'a task fails',
    places: everywhere,
    pipeline: `${HEAD}
tasks:
  fails:${BROKEN_OR_MADE}
  after: { needs: [fails], run: 'true' }
`,
    async lead(shell, { line }) {
      shell.setVariable('MOOD', 'broken-mood');
      return typeAll(shell, [
        line('run'),
        line('status'),
        line('plan'),
        line('why', 'lone/fails/_'),
        line('why', 'lone/after/_'),
        line('logs', 'lone/after/_'),
        line('get', 'lone/after/_', '--to out'),
        line('run', '--json'),
      ]);
    },
    tells: [/^sluice logs/m, /^sluice repro/m, /^sluice run/m],
    situation: (shell) => ({ repeats: 3, mend: () => shell.setVariable('MOOD', 'mended-mood') }),
  },
  {
    name: 'a task is not ready',
    places: [byFile],
    pipeline: `${HEAD}
tasks:
  later:
    ${MOOD}
    run: |
      test "$MOOD" = mended-mood || { echo "not there yet"; exit 75; }
`,
    async lead(shell, { line }) {
      shell.setVariable('MOOD', 'early-mood');
      return typeAll(shell, [line('run'), line('why', 'lone/later/_'), line('plan'), line('status')]);
    },
    tells: [/^sluice logs/m, /^sluice run/m],
    situation: (shell) => ({ mend: () => shell.setVariable('MOOD', 'mended-mood') }),
  },
  {
    name: 'the rebuild of something stale fails',
    places: [fromElsewhere],
    pipeline: `${HEAD}
tasks:
  made: { run: 'echo 1 > /outputs/x.txt', outputs: [x.txt] }
`,
    async lead(shell, { line, pipelineFile }) {
      await typeEnding(shell, line('run'), 0);
      shell.write(pipelineFile, `name: lone\n${HEAD}\ntasks:\n  made:${BROKEN_OR_MADE}`);
      shell.setVariable('MOOD', 'broken-mood');
      return typeAll(shell, [
        line('run'),
        line('plan'),
        line('run', '--rebuild stale'),
        line('plan'),
        line('why', 'lone/made/_'),
        line('status'),
        line('run'),
      ]);
    },
    tells: [/--rebuild stale/, /^sluice repro/m],
    situation: (shell) => ({ repeats: 3, mend: () => shell.setVariable('MOOD', 'mended-mood') }),
  },
  {
    name: 'a hook fails',
    places: [byFile],
    pipeline: `${HEAD}
tasks:
  made: { run: 'true' }
  alarm:
    needs: [made]
    if: always()
    run: echo nobody listens >&2; exit 4
`,
    lead: (shell, { line }) => typeAll(shell, [line('run'), line('status'), line('why', 'lone/alarm/_')]),
    tells: [/^sluice repro/m, /^sluice logs/m],
    situation: () => ({ repeats: 4 }),
  },
  {
    name: 'fail-fast cancels the other legs',
    places: [inTheProject],
    pipeline: `${HEAD}
tasks:
  legs:
    ${MOOD}
    strategy: { fail-fast: true, matrix: { leg: [quick, slow] } }
    run: |
      echo "leg $SLUICE_MATRIX_LEG"
      test "$MOOD" = mended-mood && exit 0
      if test "$SLUICE_MATRIX_LEG" = quick; then sleep 1; exit 3; else exec sleep 600; fi
`,
    async lead(shell, { line }) {
      shell.setVariable('MOOD', 'broken-mood');
      return typeAll(shell, [line('run'), line('logs', 'lone/legs/_'), line('logs', 'lone/legs/leg=slow')]);
    },
    tells: [/^sluice logs lone\/legs\/leg=slow/m, /^sluice logs lone\/legs\/leg=quick/m],
    situation: (shell) => ({ repeats: 3, mend: () => shell.setVariable('MOOD', 'mended-mood') }),
  },
  {
    name: 'a task fails before its container begins',
    places: [inTheProject],
    pipeline: `${HEAD}
tasks:
  imageless: { image: 'localhost/no-such-image:1', run: echo never }
  nobody: { user: nobody-there, run: echo never }
`,
    async lead(shell, { line }) {
      const told = await typeAll(shell, [
        line('run', 'imageless'),
        line('run', 'nobody'),
        line('logs', 'lone/imageless/_'),
        line('logs', 'lone/nobody/_'),
        line('status'),
      ]);
      for (const { text } of told.slice(2, 4)) {
        if (!/no-such-image|nobody-there/.test(text)) throw new Error(`logs do not say the cause: ${text}`);
      }
      return told;
    },
    situation: (shell, { pipelineFile }) => ({
      // As Docker says that a container could not begin.
      repeats: 125,
      mend: () =>
        shell.write(
          pipelineFile,
          `name: lone\n${HEAD}\ntasks:\n  imageless: { run: echo now }\n  nobody: { user: worker, run: echo now }\n`,
        ),
    }),
  },
  {
    name: 'a secret is not there',
    places: [inTheProject],
    pipeline: `${HEAD}
tasks:
  secret: { secrets: [NOT_THERE_YET], run: echo made }
`,
    lead: (shell, { line }) =>
      typeAll(shell, [
        line('run'),
        line('repro', 'lone/secret/_'),
        line('plan'),
        line('why', 'lone/secret/_'),
      ]),
    situation: (shell) => ({ mend: () => shell.setVariable('NOT_THERE_YET', 'there-now') }),
  },
];
