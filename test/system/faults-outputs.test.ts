import type Dockerode from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, problemsOf, sluice, sluiceJson, type RunDocument } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, readRecord, recordKeys } from './store-files.ts';

let docker: Dockerode;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

/** What a task does, and how its failure must read. */
const TASKS: Readonly<
  Record<string, { readonly task: string; readonly cause: string; readonly names: readonly string[] }>
> = {
  'not-written': {
    task: '{ run: "echo 1 > /outputs/other.csv", outputs: [wanted.csv] }',
    cause: 'output-missing',
    names: ['"wanted.csv" was declared, but not written', '"other.csv"'],
  },
  'one-of-two': {
    task: '{ run: "echo 1 > /outputs/one.csv", outputs: [one.csv, two.csv] }',
    cause: 'output-missing',
    names: ['"two.csv"'],
  },
  'glob-matches-nothing': {
    task: '{ run: "echo 1 > /outputs/one.txt", outputs: ["*.csv"] }',
    cause: 'output-missing',
    names: ['"*.csv"'],
  },
  empty: {
    task: '{ run: ": > /outputs/empty.csv", outputs: [empty.csv] }',
    cause: 'output-empty',
    names: ['"empty.csv"', 'allow-empty'],
  },
  'link-out': {
    task: '{ run: "ln -s /etc/passwd /outputs/out.csv", outputs: [out.csv] }',
    cause: 'output-refused',
    names: ['"out.csv"', 'a link out of it', '"/etc/passwd"'],
  },
  'link-up': {
    task: '{ run: "mkdir /outputs/a; ln -s ../../etc/passwd /outputs/a/out.csv", outputs: ["a/"] }',
    cause: 'output-refused',
    names: ['"a/out.csv"', 'a link out of it', '"../../etc/passwd"'],
  },
  'link-nowhere': {
    task: '{ run: "ln -s gone.csv /outputs/out.csv", outputs: [out.csv] }',
    cause: 'output-refused',
    names: ['"out.csv"'],
  },
  device: {
    task: '{ run: "mknod /outputs/null.csv c 1 3", cap-add: [MKNOD], outputs: [null.csv] }',
    cause: 'output-refused',
    names: ['"null.csv"', 'a device or a pipe'],
  },
  pipe: {
    task: '{ run: "mkfifo /outputs/pipe.csv", outputs: ["*.csv"] }',
    cause: 'output-refused',
    names: ['"pipe.csv"', 'a device or a pipe'],
  },
  newline: {
    task: `{ run: 'echo 1 > "$(printf "/outputs/two\\nlines.csv")"', outputs: ['*.csv'] }`,
    cause: 'output-refused',
    names: ['"two\\nlines.csv"', 'a newline'],
  },
  'too-late': {
    task: '{ run: sleep 100, timeout-minutes: 0.02, outputs: [never.csv] }',
    cause: 'timeout',
    names: ['1.2 s', 'timeout-minutes'],
  },
  'too-much-memory': {
    task: '{ run: tail /dev/zero, resources: { memory: 24MiB }, outputs: [never.csv] }',
    cause: 'oom',
    names: ['ran out of memory', '24 MiB'],
  },
  'no-such-program': {
    task: '{ run: no-such-program, outputs: [never.csv] }',
    cause: 'command-not-found',
    names: ['127'],
  },
};

describe('a task whose result cannot be one', () => {
  let project: TemporaryProject;
  let result: Awaited<ReturnType<typeof sluiceJson>>;

  beforeAll(async () => {
    const tasks = Object.entries(TASKS).map(([name, { task }]) => `  ${name}: ${task}`);
    const needers = Object.keys(TASKS).map(
      (name) => `  after-${name}: { needs: [${name}], run: 'true', outputs: [] }`,
    );
    const head = `name: bad\ndefaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }\ntasks:`;
    project = await layOut({ 'pipelines/bad.yaml': [head, ...tasks, ...needers, ''].join('\n') });
    result = await sluiceJson(project.folder, ['run', 'bad', '--concurrency', '4']);
  });

  afterAll(async () => {
    await removeContainers(docker, project.path('.sluice/store'));
    await project[Symbol.asyncDispose]();
  });

  it.each(Object.entries(TASKS))('%s: fails by its cause, and says which', (name, { cause, names }) => {
    const instance = found(result.document, `bad/${name}/_`);
    expect(instance).toMatchObject({ state: 'failed', cause });
    for (const part of names) expect(instance?.reason).toContain(part);
    // One line, whatever the file is called.
    expect(instance?.reason).not.toContain('\n');
    expect(found(result.document, `bad/after-${name}/_`)?.state).toBe('blocked');
    expect(readRecord(project.path('.sluice/store'), `failures/bad/${name}/_.json`)).toMatchObject({
      cause: { kind: cause },
    });
  });

  it('nothing of them is kept, and the run ends with 1', async () => {
    const store = project.path('.sluice/store');
    mustEndWith(1, result);
    expect(recordKeys(store, 'manifests/')).toEqual([]);
    expect(filesBelow(`${store}/objects`)).toEqual([]);
    expect(filesBelow(`${store}/tmp`)).toEqual([]);
    expect(await containersOf(docker, store)).toEqual([]);
  });
});

describe('a path with ".."', () => {
  it('declared as an output: an error of the file, found before anything runs', async () => {
    expect(await refusal({ outputs: "['../escaped.csv']", publish: 'x.csv' })).toContain('../escaped.csv');
  });

  it('written as a published path: the same', async () => {
    expect(await refusal({ outputs: '[x.csv]', publish: '../../escaped.csv' })).toContain(
      '../../escaped.csv',
    );
  });

  it('made of a param: the instance fails naming it, nothing leaves published/', async () => {
    await using project = await layOut({
      'pipelines/escape.yaml': `
name: escape
params: { place: { type: string, default: '../../../escaped' } }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none, retry: { max-attempts: 1 } }
tasks:
  file:
    run: echo 1 > /outputs/x.csv
    outputs: [{ path: x.csv, publish: '\${{ params.place }}.csv' }]
`,
    });
    const result = await sluiceJson(project.folder, ['run', 'escape']);
    mustEndWith(1, result);
    expect(result.document.instances).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('"../../../escaped.csv"') as unknown },
    ]);
    expect(filesBelow(project.folder).filter((path) => path.includes('escaped'))).toEqual([]);
    expect(recordKeys(project.path('.sluice/store'), 'manifests/')).toEqual([]);
  });

  async function refusal(task: { readonly outputs: string; readonly publish: string }): Promise<string> {
    await using project = await layOut({
      'pipelines/escape.yaml': `
name: escape
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  file: { run: echo 1 > /outputs/x.csv, outputs: ${task.outputs} }
  other: { run: echo 1 > /outputs/y.csv, outputs: [{ path: y.csv, publish: '${task.publish}' }] }
`,
    });
    const result = await sluice(project.folder, ['run', 'escape', '--json']);
    mustEndWith(2, result);
    expect(recordKeys(project.path('.sluice/store'), 'runs/')).toEqual([]);
    return problemsOf(result)
      .map(({ message }) => message)
      .join('\n');
  }
});

function found(document: RunDocument, id: string) {
  return document.instances.find((instance) => instance.id === id);
}
