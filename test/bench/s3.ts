import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBucket, plainClient } from '../parts/s3.ts';
import { startVersitygw } from '../parts/versitygw.ts';
import { inTurn, measureProcess, type Row } from './measure.ts';
import { INSTANCES, MANIFEST_KEYS, manifestUnder, runNothing, writeProject } from './nothing-to-do.ts';
import { storeUri } from './s3-cache.ts';

const ROUNDS = 3;

const TRANSFERS = [
  { what: 'put-large', title: '4 × 256 MiB to S3' },
  { what: 'get-large', title: '4 × 256 MiB from S3' },
  { what: 'put-small', title: '5,000 × 4 KiB to S3' },
  { what: 'get-small', title: '5,000 × 4 KiB from S3' },
] as const;

/** Through the store, hashed on the way, beside the bare SDK on the same server. */
export async function benchTransfers(cli: string): Promise<readonly Row[]> {
  await using server = await startVersitygw();
  const bucket = await createBucket(server);
  const rows: Row[] = [];
  const script = fileURLToPath(new URL('s3-transfer.mjs', import.meta.url));
  for (const { what, title } of TRANSFERS) {
    let peak = 0;
    const side = (who: 'sdk' | 'sluice') => async () => {
      const { stdout } = await measureProcess(
        process.execPath,
        [script, who, what, join(dirname(cli), 'index.js'), server.endpoint, bucket],
        { env: server.env },
      );
      const { seconds, peakMegabytes } = JSON.parse(stdout) as { seconds: number; peakMegabytes: number };
      if (who === 'sluice') peak = Math.max(peak, peakMegabytes);
      return seconds;
    };
    const [bare = 0, ours = 0] = await inTurn(ROUNDS, [side('sdk'), side('sluice')]);
    rows.push({
      what: `${title} : bare SDK`,
      ours: `${ours.toFixed(2)} s`,
      baseline: `${bare.toFixed(2)} s`,
      ratio: bare / ours,
      aim: '≥ 0.9, 250 MB',
      memoryMegabytes: peak,
    });
  }
  return rows;
}

/** Nothing to do over 100,000 instances, beside listing their manifests page after page. */
export async function benchPlan(cli: string): Promise<Row> {
  await using server = await startVersitygw();
  const bucket = await createBucket(server);
  const { ListObjectsV2Command, PutObjectCommand } = await import('@aws-sdk/client-s3');
  const client = plainClient(server);
  const keys = [...MANIFEST_KEYS];
  const fill = async () => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop())
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: `plan/${key}`, Body: manifestUnder(key) }),
      );
  };
  await Promise.all(Array.from({ length: 32 }, fill));
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    writeProject(folder);
    let peak = 0;
    const [bare = 0, ours = 0] = await inTurn(ROUNDS, [
      async () => {
        const started = performance.now();
        let names = 0;
        let token: string | undefined;
        do {
          const page = await client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: 'plan/manifests/',
              ContinuationToken: token,
            }),
          );
          names += page.Contents?.length ?? 0;
          token = page.NextContinuationToken;
        } while (token !== undefined);
        if (names !== INSTANCES) throw new Error(`expected ${INSTANCES} names, found ${names}`);
        return (performance.now() - started) / 1000;
      },
      async () => {
        const store = storeUri(server, bucket, 'plan');
        const figures = await runNothing(cli, folder, { ...server.env, SLUICE_STORE: store });
        peak = Math.max(peak, figures.peakMegabytes);
        return figures.seconds;
      },
    ]);
    return {
      what: `nothing to do on S3, ${INSTANCES.toLocaleString('en-US')} instances : bare listing in sequence`,
      ours: `${ours.toFixed(2)} s`,
      baseline: `${bare.toFixed(2)} s`,
      ratio: ours / bare,
      aim: '≤ 1.0, 250 MB',
      memoryMegabytes: peak,
    };
  } finally {
    client.destroy();
    rmSync(folder, { recursive: true });
  }
}
