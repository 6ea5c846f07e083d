import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, measureProcess, type Row } from './measure.ts';

const ROUNDS = 15;

const PIPELINE = `name: small
params:
  date: { type: date, start: 2021-01-01 }
tasks:
  fetch:
    image: busybox
    env: { URL: 'https://example.org/\${{ formatDate(params.date, ''yyyyMMdd'') }}.csv' }
    run: wget -O /outputs/data.csv "$URL"
    outputs: [data.csv]
  report:
    image: busybox
    needs: [{ task: fetch, last: 5, at-least: 1 }]
    run: cat /inputs/fetch/*/data.csv > /outputs/report.csv
    outputs: [report.csv]
`;

/** Start-up: a whole process each. */
export async function benchStartup(cli: string): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(join(folder, 'pipelines', 'small.yaml'), PIPELINE);
    const time = (args: readonly string[]) => async () =>
      (await measureProcess(process.execPath, args, { cwd: folder })).seconds;
    const [bare = 0, version = 0, check = 0] = await inTurn(ROUNDS, [
      time(['-e', '0']),
      time([cli, '--version']),
      time([cli, 'check']),
    ]);
    const milliseconds = (seconds: number) => `${Math.round(seconds * 1000)} ms`;
    return [
      {
        what: 'sluice --version : node -e 0',
        ours: milliseconds(version),
        baseline: milliseconds(bare),
        ratio: version / bare,
        aim: '≤ 2',
      },
      {
        what: 'sluice check : node -e 0',
        ours: milliseconds(check),
        baseline: milliseconds(bare),
        ratio: check / bare,
        aim: '≤ 3',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
