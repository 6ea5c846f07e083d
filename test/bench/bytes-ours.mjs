// One GiB out of a container into a folder store, and from there into another container; figures as JSON on stdout.
// Arguments: the library's bundle, the store's folder, the image.
import { pathToFileURL } from 'node:url';

const [library, root, image] = process.argv.slice(2);
const { openEngine } = await import(pathToFileURL(library).href);
const BYTES = 2 ** 30;
const store = { kind: 'directory', root };
const project = { root, store: root, engine: {}, pools: {}, concurrency: 1, notify: undefined };
const engine = await openEngine(project, process.env);
const prefix = 'objects/bench/make/_/20210101T000000Z-000000-1/';

const make = await timed(
  job(1, `head -c ${BYTES} /dev/zero > /outputs/big`, { rules: [{ pattern: 'big', allowEmpty: false }] }),
);
const inputs = [{ store, prefix, to: '/inputs/make', objects: make.result.objects }];
const read = await timed(job(2, 'test -s /inputs/make/big', { inputs }));
await engine.close();
console.log(
  JSON.stringify({
    outSeconds: make.seconds,
    inSeconds: read.seconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);

/** The transfer alone: without the container's own time. */
async function timed(wanted) {
  const started = performance.now();
  const result = await engine.run(wanted, {
    signal: new AbortController().signal,
    onLog: () => undefined,
    watched: false,
  });
  if (result.cause !== undefined) throw new Error(result.cause.message);
  return { result, seconds: (performance.now() - started) / 1000 - (result.usage.seconds ?? 0) };
}

function job(n, script, { rules = [], inputs = [] }) {
  return {
    attempt: `20210101T000000Z-000000-${n}`,
    instance: `bench/step${n}/_`,
    run: '20210101T000000Z-000000',
    storeId: 'bench',
    image: { kind: 'reference', reference: image, pull: 'never' },
    entrypoint: ['sh', '-e', '-c'],
    command: [script],
    workingDirectory: '/workspace',
    env: {},
    secrets: {},
    files: [],
    inputs,
    emptyFolders: [],
    outputs: { store, prefix, rules, values: [] },
    network: 'none',
    resources: { pids: 100 },
    capAdd: [],
    capDrop: [],
    timeoutSeconds: 600,
  };
}
