// Moves objects between this process and a server, by sluice's own store or by the bare SDK; seconds on stdout as JSON.
// Arguments: `sluice` or `sdk`, what to do, the library's bundle, the endpoint, the bucket.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const MIB = 2 ** 20;
const [who, what, library, endpoint, bucket] = process.argv.slice(2);
const LARGE = { count: 4, bytes: 256 * MIB, together: 4 };
const SMALL = { count: 5000, bytes: 4096, together: 64 };
const size = what.endsWith('large') ? LARGE : SMALL;
const chunk = createHash('shake256', { outputLength: MIB }).update('bench').digest();

const side = who === 'sluice' ? await sluice() : await sdk();
const act = (key) => (what.startsWith('put') ? side.put(key) : side.get(key));
const started = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: size.together }, async () => {
    while (next < size.count) {
      const n = next++;
      await act(`objects/bench/${what.endsWith('large') ? 'large' : 'small'}/_/${who}-1/${n}`);
    }
  }),
);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);

async function* source() {
  if (size.bytes < chunk.length) yield chunk.subarray(0, size.bytes);
  else for (let sent = 0; sent < size.bytes; sent += chunk.length) yield chunk;
}

/** As a task's outputs and inputs go: hashed on the way. */
async function sluice() {
  const { openStore, createStreamHash } = await import(pathToFileURL(library).href);
  const uri = `s3://${bucket}?endpoint=${encodeURIComponent(endpoint)}&path-style=true`;
  const store = await openStore({ root: '/', store: uri }, process.env);
  return {
    async put(key) {
      const hash = createStreamHash(size.bytes);
      async function* hashed() {
        for await (const bytes of source()) {
          await hash.update(bytes);
          yield bytes;
        }
      }
      await store.put(key, hashed());
      await hash.digest();
    },
    async get(key) {
      const hash = createStreamHash(size.bytes);
      let bytes = 0;
      for await (const part of (await store.get(key)).body) {
        await hash.update(part);
        bytes += part.length;
      }
      if (bytes !== size.bytes) throw new Error(`${key} has ${bytes} bytes`);
      await hash.digest();
    },
  };
}

/** At its fastest: no checksums, its middleware resolved once, parallel parts, every connection kept. */
async function sdk() {
  const [{ S3Client, GetObjectCommand, PutObjectCommand }, { Upload }, { NodeHttpHandler }, { Agent }] =
    await Promise.all([
      import('@aws-sdk/client-s3'),
      import('@aws-sdk/lib-storage'),
      import('@smithy/node-http-handler'),
      import('node:http'),
    ]);
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    cacheMiddleware: true,
    region: 'us-east-1',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({ httpAgent: new Agent({ keepAlive: true, maxSockets: 64 }) }),
  });
  return {
    async put(key) {
      if (size.bytes < MIB) {
        const Body = chunk.subarray(0, size.bytes);
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
        return;
      }
      const params = { Bucket: bucket, Key: key, Body: Readable.from(source()) };
      await new Upload({ client, params, queueSize: 4, partSize: 8 * MIB }).done();
    },
    async get(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      let bytes = 0;
      for await (const part of Body) bytes += part.length;
      if (bytes !== size.bytes) throw new Error(`${key} has ${bytes} bytes`);
    },
  };
}
