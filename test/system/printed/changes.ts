import { byFile, fromElsewhere, inTheProject } from './place.ts';
import { HEAD, typeAll, typeEnding, type Scenario } from './scenario.ts';

export const CHANGES: readonly Scenario[] = [
  {
    name: 'a result was made before its task declared what is read',
    places: [byFile],
    pipeline: `${HEAD}
tasks:
  count: { run: 'true' }
`,
    async lead(shell, { line, pipelineFile }) {
      await typeEnding(shell, line('run'), 0);
      shell.write(
        pipelineFile,
        `name: lone
${HEAD}
tasks:
  count:
    run: echo days=3 >> "$SLUICE_OUTPUT"
    outputs: [{ value: days }]
  reader:
    needs: [count]
    env: { DAYS: '\${{ needs.count.outputs.days }}' }
    run: test "$DAYS" = 3
`,
      );
      return typeAll(shell, [line('plan'), line('run'), line('why', 'lone/reader/_'), line('status')]);
    },
    tells: [/lone\/count\/_ --rebuild stale/],
  },
  {
    name: 'a setting differs from what results were made with',
    places: [fromElsewhere],
    pipeline: `
params:
  date: { type: date, start: 2026-01-01 }
  top: { type: number, default: 5 }
${HEAD}
tasks:
  best:
    params: [date, top]
    run: echo "$SLUICE_PARAM_TOP" > /outputs/best.txt
    outputs: [best.txt]
`,
    async lead(shell, { line }) {
      const made = await typeEnding(shell, line('run', '--date 2026-01-02..2026-01-04'), 0);
      return [
        made,
        ...(await typeAll(shell, [
          line('run', '--date 2026-01-02..2026-01-04 --top 20'),
          line('plan', '--date 2026-01-02..2026-01-04 --top 20'),
          line('plan', '--date 2026-01-02 --top 20 --json'),
          line('why', 'lone/best/date=2026-01-02', '--top 20'),
        ])),
      ];
    },
    tells: [/^sluice run.*--top 20.*--rebuild stale/m, /^sluice get/m],
  },
  {
    name: 'the period of a partition has changed',
    places: [inTheProject],
    pipeline: `
params: { date: { type: date, start: 2026-01-01 } }
${HEAD}
tasks:
  sum: { run: 'true' }
`,
    async lead(shell, { line, pipelineFile }) {
      await typeEnding(shell, line('run', '--date 2026-01-02'), 0);
      shell.write(
        pipelineFile,
        `name: lone
timezone: Asia/Tokyo
params: { date: { type: date, start: 2026-01-01 } }
${HEAD}
tasks:
  sum: { run: 'true' }
`,
      );
      return typeAll(shell, [
        line('plan', '--date 2026-01-02'),
        line('run', '--date 2026-01-02'),
        line('why', 'lone/sum/date=2026-01-02'),
      ]);
    },
    tells: [/--rebuild stale/],
  },
  {
    name: 'a task was renamed',
    places: [byFile],
    pipeline: `${HEAD}
tasks:
  trend: { run: 'true' }
  legs: { strategy: { matrix: { leg: [a, b] } }, run: 'true' }
`,
    async lead(shell, { line, pipelineFile }) {
      await typeEnding(shell, line('run'), 0);
      shell.write(
        pipelineFile,
        `name: lone\n${HEAD}\ntasks:\n  tendency: { run: 'echo 1 > /outputs/x.txt', outputs: [x.txt] }\n  legs: { strategy: { matrix: { leg: [a] } }, run: 'true' }\n`,
      );
      return typeAll(shell, [
        line('status'),
        line('plan'),
        line('run'),
        line('why', 'lone/trend/_'),
        line('run', 'lone/trend/_'),
        line('get', 'lone/legs/leg=b', '--to out'),
        line('store check'),
      ]);
    },
  },
  {
    name: 'an image is another one now',
    places: [fromElsewhere],
    pipeline: `${HEAD}
tasks:
  first: { run: 'echo 1 > /outputs/x.txt', outputs: [x.txt] }
  second: { needs: [first], run: 'cat /inputs/first/x.txt' }
`,
    async lead(shell, { line, pipelineFile }) {
      await typeEnding(shell, line('run'), 0);
      shell.write(
        pipelineFile,
        `name: lone\n${HEAD}\ntasks:\n  first: { run: 'echo 2 > /outputs/x.txt', outputs: [x.txt] }\n  second: { needs: [first], run: 'cat /inputs/first/x.txt' }\n`,
      );
      return typeAll(shell, [
        line('run'),
        line('why', 'lone/first/_'),
        line('why', 'lone/second/_', '--rebuild stale'),
        line('run', 'first', '--rebuild stale'),
        line('run'),
      ]);
    },
    tells: [/--rebuild stale/],
  },
];
