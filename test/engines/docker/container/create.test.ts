import { describe, expect, it } from 'vitest';
import { createBody, type Circumstances } from '../../../../runner/engines/docker/container/create.ts';
import { describe as describeJob } from '../../../../runner/engines/docker/describe.ts';
import type { DockerCapabilities } from '../../../../runner/engines/docker/connection/docker-capabilities.ts';
import type { Job } from '../../../../runner/model/job.ts';

const capabilities: DockerCapabilities = {
  engine: 'docker 20.10.24',
  apiVersion: '1.41',
  os: 'linux',
  architecture: 'amd64',
  sharedNetwork: true,
  hostGateway: { kind: 'name' },
  init: true,
  tellsOom: true,
  memoryLimit: true,
  cpuLimit: true,
  pidsLimit: true,
  cpus: 2,
  memoryBytes: 2 ** 33,
};

const small: Job = {
  attempt: '20210129T230000Z-a1b2c3-1',
  run: '20210129T230000Z-a1b2c3',
  instance: 'short-score/prices/date=2021-01-29',
  storeId: 'store-1',
  image: { kind: 'reference', reference: 'python:3.12', pull: 'missing' },
  entrypoint: ['sh'],
  command: ['-e', '-c', 'python scripts/prices.py'],
  workingDirectory: '/workspace',
  env: { SLUICE_PARAM_DATE: '2021-01-29', SLUICE_OUTPUT: '/sluice/output' },
  secrets: {},
  files: [],
  inputs: [],
  emptyFolders: [],
  outputs: { store: { kind: 'memory', id: 'm' }, prefix: 'objects/p/', rules: [], values: [] },
  network: 'bridge',
  resources: { pids: 1024 },
  capAdd: [],
  capDrop: [],
  timeoutSeconds: 3600,
};

const large: Job = {
  ...small,
  user: '1000:1000',
  secrets: { API_KEY: 'hunter2' },
  resources: { cpus: 1.5, memoryBytes: 2 ** 30, pids: 64 },
  capAdd: ['cap_net_bind_service'],
  capDrop: ['KILL'],
};

const plain: Circumstances = {
  imageId: 'sha256:1',
  capabilities,
  holder: undefined,
  mounts: [],
  prepared: false,
};

describe('createBody', () => {
  it.each<[string, Job, Circumstances]>([
    ['small', small, plain],
    [
      'large',
      large,
      {
        ...plain,
        prepared: true,
        holder: { id: 'holder-1', files: [{ source: '/engine/holder-1/hosts', target: '/etc/hosts' }] },
        mounts: [{ source: '/store/objects/short-score/fails/_/a-1', target: '/inputs/fails' }],
      },
    ],
    [
      'poor-engine',
      { ...large, network: 'none', capAdd: ['ALL'], capDrop: ['all'] },
      {
        ...plain,
        capabilities: { ...capabilities, init: false, memoryLimit: false, cpuLimit: false, pidsLimit: false },
      },
    ],
    [
      'own-program',
      { ...small, entrypoint: [], command: undefined },
      { ...plain, capabilities: { ...capabilities, hostGateway: { kind: 'address', address: '10.88.0.1' } } },
    ] as unknown as [string, Job, Circumstances],
  ])('%s', async (name, job, circumstances) => {
    const body = JSON.stringify(createBody(job, circumstances), null, 2);
    await expect(`${body}\n`).toMatchFileSnapshot(`../../../fixtures/create/${name}.json`);
  });

  it('never mounts a socket, and never puts a secret anywhere but into the environment', () => {
    const { Env, ...rest } = createBody(large, plain);
    expect(Env).toContain('API_KEY=hunter2');
    expect(JSON.stringify(rest)).not.toContain('hunter2');
    expect(JSON.stringify(rest)).not.toContain('.sock');
  });
});

describe('what a person types instead', () => {
  it('is the equal docker run, with secrets by name', async () => {
    const words = describeJob(large, '/tmp/repro');
    await expect(`${words.join('\n')}\n`).toMatchFileSnapshot('../../../fixtures/create/large.run.txt');
  });
});
