import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucketAndPrefix, parseS3Uri } from '../../runner/stores/s3/uri.ts';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import type { S3Proxy } from '../parts/s3-proxy/s3-proxy.ts';
import { plainClient } from '../parts/s3.ts';
import { isThorough } from '../parts/thorough.ts';
import { startBucket, type Bucket } from './bucket.ts';
import { mustEndWith, sluice, startSluice } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow } from './store-files.ts';

const MANY = isThorough ? 2000 : 500;
const BIG_BYTES = 20 * 2 ** 20;

let docker: Dockerode;
let project: TemporaryProject;
let bucket: Bucket;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  bucket = await startBucket();
  project = await layOut({
    'pipelines/far.yaml': `
name: far
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  table:
    run: |
      yes line | head -c ${BIG_BYTES} > /outputs/big
      echo small > /outputs/small
    outputs: [big, small]
  read:
    needs: [table]
    strategy: { matrix: { n: [1, 2, 3, 4] } }
    run: test "$(wc -c < /inputs/table/big)" = ${BIG_BYTES}; cat /inputs/table/small > /outputs/out
    outputs: [out]
  many:
    run: i=0; while [ $i -lt ${MANY} ]; do echo $i > /outputs/f$i; i=$((i+1)); done
    outputs: ['f*']
  sum:
    needs: [many]
    run: cat /inputs/many/* | sort -n | uniq | wc -l > /outputs/count
    outputs: [count]
  told:
    needs: [{ task: table, mode: uri }]
    run: cp "$SLUICE_INPUTS" /outputs/told.json
    outputs: [told.json]
`,
  });
});

afterAll(async () => {
  for (const prefix of ['once', 'killed', 'stopped', 'many', 'told']) {
    await removeContainers(docker, bucket.root(prefix));
  }
  await project[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

/** With a cache of its own. */
const envOf = (cache: string) => ({
  ...bucket.env,
  SLUICE_CACHE: '1g',
  XDG_CACHE_HOME: project.path(cache),
});
const cached = (cache: string, ...below: readonly string[]): string =>
  project.path(cache, 'sluice', 'content', ...below);

function readsOf(proxy: S3Proxy): readonly string[] {
  return proxy.requests.flatMap(({ operation, key }) =>
    operation === 'GetObject' && /\/objects\//.test(key) ? [key.slice(key.lastIndexOf('/') + 1)] : [],
  );
}

it('a table that several tasks read is asked for once, also by the next run', async () => {
  await using proxy = await bucket.startProxy();
  const run = (...words: readonly string[]) =>
    sluice(
      project.folder,
      ['run', 'far', ...words, '--store', bucket.store('once', proxy)],
      envOf('cache-once'),
    );
  mustEndWith(0, await run('read', '--concurrency', '4'));
  expect([...readsOf(proxy)].sort()).toEqual(['big', 'small']);
  mustEndWith(0, await run('read', '--rebuild', 'all'));
  expect([...readsOf(proxy)].sort()).toEqual(['big', 'small']);
  expect(readdirSync(cached('cache-once', 'attempts'))).toEqual([]);
});

it('hundreds of small files go both ways', async () => {
  const store = bucket.store('many');
  for (const cache of ['true', 'false']) {
    const env = { ...envOf('cache-many'), SLUICE_CACHE: cache === 'true' ? '1g' : 'false' };
    mustEndWith(
      0,
      await sluice(project.folder, ['run', 'far', 'sum', '--store', store, '--rebuild', 'all'], env),
    );
    mustEndWith(
      0,
      await sluice(project.folder, ['get', 'far/sum', '--to', `got-${cache}`, '--store', store], env),
    );
    expect(readFileSync(project.path(`got-${cache}`, 'count'), 'utf8').trim()).toBe(String(MANY));
  }
});

it('killed while an input is downloaded, the next run takes nothing of it and leaves nothing', async () => {
  await using proxy = await bucket.startProxy();
  const env = envOf('cache-killed');
  const words = (task: string, through?: S3Proxy) => [
    'run',
    'far',
    task,
    '--store',
    bucket.store('killed', through),
  ];
  mustEndWith(0, await sluice(project.folder, words('table'), env));
  const hold = proxy.hold('arrived', { operation: 'GetObject', key: /\/objects\/.*\/big$/ });
  const started = await startSluice(project.folder, words('read', proxy), env);
  const early = await Promise.race([hold.caught.then(() => undefined), started.ended]);
  expect(early).toBeUndefined();
  started.kill('SIGKILL');
  await started.ended;
  hold.drop();
  expect(readdirSync(cached('cache-killed', 'tmp'))).not.toEqual([]);
  mustEndWith(0, await sluice(project.folder, words('read'), env));
  for (const name of ['tmp', 'attempts']) expect(readdirSync(cached('cache-killed', name))).toEqual([]);
  expect(await containersOf(docker, bucket.root('killed'))).toEqual([]);
});

it('interrupted in an upload, no part of it stays and nothing is left on this disk', async () => {
  await using proxy = await bucket.startProxy();
  // All of them, so that none is on its way to the server behind the program's back.
  const holds = Array.from({ length: Math.ceil(BIG_BYTES / (8 * 2 ** 20)) }, () =>
    proxy.hold('arrived', { operation: 'UploadPart' }),
  );
  const started = await startSluice(
    project.folder,
    ['run', 'far', 'table', '--store', bucket.store('stopped', proxy)],
    envOf('cache-stopped'),
  );
  const early = await Promise.race([holds.at(1)?.caught.then(() => undefined), started.ended]);
  expect(early).toBeUndefined();
  started.kill('SIGINT');
  expect((await started.ended).status).toBe(130);
  for (const hold of holds) hold.drop();
  const { bucket: name } = bucketAndPrefix(parseS3Uri(bucket.store('stopped')).uri);
  const client = plainClient(bucket.server);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
  client.destroy();
  expect(Uploads).toEqual([]);
  expect(filesBelow(`${bucket.root('stopped')}/objects`)).toEqual([]);
  const leftovers = cached('cache-stopped', 'tmp');
  expect(existsSync(leftovers) ? readdirSync(leftovers) : []).toEqual([]);
});

it('a need of mode uri is told as addresses of the bucket', async () => {
  const store = bucket.store('told');
  const env = envOf('cache-told');
  mustEndWith(0, await sluice(project.folder, ['run', 'far', 'told', '--store', store], env));
  mustEndWith(0, await sluice(project.folder, ['get', 'far/told', '--to', 'told', '--store', store], env));
  const { uri } = parseS3Uri(store);
  const told: unknown = JSON.parse(readFileSync(project.path('told', 'told.json'), 'utf8'));
  expect(told).toMatchObject({
    store: { uri, endpoint: bucket.server.endpoint, region: 'us-east-1', pathStyle: true },
    needs: {
      table: [
        {
          objects: [
            {
              path: 'big',
              bytes: BIG_BYTES,
              uri: expect.stringMatching(`^${uri}/objects/far/table/_/.*/big$`),
            },
            { path: 'small' },
          ],
        },
      ],
    },
  });
  expect(existsSync(cached('cache-told'))).toBe(false);
});
