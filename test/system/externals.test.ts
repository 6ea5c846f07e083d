import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { createBucket, plainClient } from '../parts/s3.ts';
import { startBucket, type Bucket } from './bucket.ts';
import { mustEndWith, sluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';

let docker: Dockerode;
let project: TemporaryProject;
let bucket: Bucket;
let vendor = '';
let page: Server;
let isPublished = false;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  bucket = await startBucket();
  vendor = await createBucket(bucket.server);
  page = createServer((_, response) => {
    response.writeHead(isPublished ? 200 : 404, { 'content-length': '5' }).end();
  });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { port } = page.address() as AddressInfo;
  project = await layOut({
    'pipelines/outside.yaml': `
name: outside
params: { date: { type: date, start: 2021-01-01 } }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  feed: { external: { prefix: 's3://${vendor}/\${{ params.date }}/', done-flag: _SUCCESS } }
  one: { external: { object: 's3://${vendor}/one/\${{ params.date }}.txt' } }
  page: { params: [], external: { url: 'http://127.0.0.1:${port}/x' } }
  use:
    needs: [feed, one, page]
    env: { SIZE: '\${{ needs.page.outputs.size }}' }
    run: |
      cat /inputs/feed/a /inputs/feed/deep/b /inputs/one/2021-01-04.txt > /outputs/out
      test ! -e /inputs/feed/_SUCCESS; echo "$SIZE" >> /outputs/out
    outputs: [out]
`,
  });
});

afterAll(async () => {
  await removeContainers(docker, bucket.root('mine'));
  await new Promise((resolve) => page.close(resolve));
  await project[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

const sluiceIn = (...words: readonly string[]) =>
  sluice(project.folder, [...words, '--store', bucket.store('mine')], bucket.env);
const DATE = ['--date', '2021-01-04'] as const;

async function put(key: string, body: string): Promise<void> {
  const client = plainClient(bucket.server);
  await client.send(new PutObjectCommand({ Bucket: vendor, Key: key, Body: body }));
  client.destroy();
}

it('waits for what others make, reads it where it is, and names what changed since', async () => {
  await put('2021-01-04/a', 'alpha\n');
  await put('2021-01-04/deep/b', 'beta\n');
  const early = await sluiceIn('run', 'outside', ...DATE);
  mustEndWith(3, early);
  const plan = await sluiceIn('plan', 'outside', ...DATE);
  expect(plan.stdout).toContain(`last answer: 404 s3://${vendor}/2021-01-04/_SUCCESS: there is no such flag`);
  expect(plan.stdout).toMatch(/last answer: 404 http:\/\/127\.0\.0\.1:\d+\/x, next ask/);
  expect((await sluiceIn('status')).stdout).toContain('3 waiting');

  await put('2021-01-04/_SUCCESS', '');
  await put('one/2021-01-04.txt', 'gamma\n');
  isPublished = true;
  mustEndWith(0, await sluiceIn('run', 'outside', ...DATE));
  mustEndWith(0, await sluiceIn('get', 'outside/use/date=2021-01-04', '--to', 'got'));
  expect(readFileSync(project.path('got', 'out'), 'utf8')).toBe('alpha\nbeta\ngamma\n5\n');
  mustEndWith(0, await sluiceIn('store', 'check', '--deep'));

  await put('2021-01-04/a', 'ALPHA\n');
  const changed = await sluiceIn('run', 'outside', 'use', ...DATE, '--rebuild', 'all');
  mustEndWith(1, changed);
  expect(changed.stdout).toContain(`s3://${vendor}/2021-01-04/a changed since it was recorded`);
  expect(changed.stdout).toContain('outside/feed/date=2021-01-04 --rebuild all takes what is there now');
});
