import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBucket, type S3Server } from '../parts/s3.ts';
import { startVersitygw } from '../parts/versitygw.ts';
import { inTurn, measureProcess, type Row } from './measure.ts';

const READERS = 200;
const TABLE_BYTES = 50 * 2 ** 20;
const ROUNDS = 1;

/** 200 instances that read one base table: from S3, with an empty cache at first, and from a folder. */
export async function benchCache(cli: string, image: string): Promise<Row> {
  await using server = await startVersitygw();
  const bucket = await createBucket(server);
  let peak = 0;
  let round = 0;
  const readAll = async (store: string | undefined): Promise<number> => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
    try {
      mkdirSync(join(folder, 'pipelines'));
      writeFileSync(join(folder, 'pipelines', 'readers.yaml'), readers(image));
      const env = {
        ...server.env,
        XDG_CACHE_HOME: join(folder, 'cache'),
        ...(store === undefined ? {} : { SLUICE_STORE: store }),
      };
      const run = (task: string) =>
        measureProcess(process.execPath, [cli, 'run', 'readers', task, '--concurrency', '4', '--json'], {
          cwd: folder,
          env,
        });
      await run('table');
      rmSync(join(folder, 'cache'), { recursive: true, force: true });
      const figures = await run('reader');
      if (store !== undefined) peak = Math.max(peak, figures.peakMegabytes);
      return figures.seconds;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const [bare = 0, ours = 0] = await inTurn(ROUNDS, [
    () => readAll(undefined),
    () => readAll(storeUri(server, bucket, `cache-${(round += 1)}`)),
  ]);
  return {
    what: `${READERS} instances read one 50 MB table on S3 : in a folder`,
    ours: `${ours.toFixed(1)} s`,
    baseline: `${bare.toFixed(1)} s`,
    ratio: ours / bare,
    aim: '≤ 1.2, 250 MB',
    memoryMegabytes: peak,
  };
}

function readers(image: string): string {
  return `name: readers
defaults: { image: '${image}', pull: never }
tasks:
  table:
    run: head -c ${TABLE_BYTES} /dev/urandom > /outputs/table.bin
    outputs: [table.bin]
  reader:
    needs: [table]
    strategy: { matrix: { n: [${Array.from({ length: READERS }, (_, n) => n).join(', ')}] } }
    run: test "$(wc -c < /inputs/table/table.bin)" = ${TABLE_BYTES}
`;
}

/** As `SLUICE_STORE` takes it. */
export function storeUri({ endpoint }: S3Server, bucket: string, prefix: string): string {
  return `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(endpoint)}`;
}
