import { join } from 'node:path';
import { systemClock } from '../../runner/clock.ts';
import { randomHex } from '../../runner/compose.ts';
import { checkStore } from '../../runner/ledger/check/check.ts';
import type { Finding } from '../../runner/ledger/check/finding.ts';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import { openLedger } from '../../runner/ledger/open.ts';
import { processIdentity } from '../../runner/ledger/runs/process.ts';
import { createS3Store } from '../../runner/stores/s3/store.ts';
import { parseS3Uri } from '../../runner/stores/s3/uri.ts';
import { startS3Proxy, type S3Proxy } from '../parts/s3-proxy/s3-proxy.ts';
import { createBucket, useCredentials } from '../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../parts/versitygw.ts';

/** A bucket of a real server for many stores, each below a prefix of its own. */
export interface Bucket extends AsyncDisposable {
  readonly server: Versitygw;
  /** Credentials, for processes that use it. */
  readonly env: Readonly<Record<string, string>>;
  /** As `--store` takes it. */
  readonly store: (prefix: string, through?: S3Proxy) => string;
  /** Where the server keeps that store as plain files, so that no line of ours has a part in reading it. */
  readonly root: (prefix: string) => string;
  readonly startProxy: () => Promise<S3Proxy>;
  /** Garbage goes at once, however new. Returns what stood in the way, in words. */
  readonly collect: (prefix: string) => Promise<readonly string[]>;
  /** All that `sluice store check --deep` has to say of a store. */
  readonly check: (prefix: string) => Promise<readonly Finding[]>;
}

export async function startBucket(): Promise<Bucket> {
  const server = await startVersitygw();
  useCredentials(server);
  const name = await createBucket(server);
  const addressOf: Bucket['store'] = (prefix, through) =>
    `s3://${name}/${prefix}?endpoint=${(through ?? server).endpoint}&region=us-east-1&path-style=true`;
  const ledgerOf = async (prefix: string): Promise<Ledger> =>
    openLedger(await createS3Store(parseS3Uri(addressOf(prefix))), {
      clock: systemClock,
      process: await processIdentity(),
      random: randomHex,
    });
  return {
    server,
    // Whatever is read here is read from the bucket, whichever test has had the same content before.
    env: { ...server.env, SLUICE_CACHE: 'false' },
    store: addressOf,
    root: (prefix) => join(server.folder, name, prefix),
    startProxy: () => startS3Proxy(server),
    async collect(prefix) {
      const ledger = await ledgerOf(prefix);
      return (await ledger.gc({ graceSeconds: 0, keep: 0, dryRun: false })).problems;
    },
    async check(prefix) {
      const findings: Finding[] = [];
      await checkStore(await ledgerOf(prefix), {
        deep: true,
        onFinding: (finding) => findings.push(finding),
      });
      return findings;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
