import type Dockerode from 'dockerode';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, sluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';

interface Cleared {
  readonly instances: readonly { readonly id: string; readonly result: string }[];
  readonly next: string;
}

let docker: Dockerode;
let project: TemporaryProject;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

afterEach(async () => {
  await removeContainers(docker, project.path('.sluice', 'store'));
  await project[Symbol.asyncDispose]();
});

describe('what a person does by hand', () => {
  it('is read downstream, skipped by, cleared and run again, and is on record', async () => {
    project = await layOut({
      'pipelines/sales.yaml': `
name: sales
params: { date: { type: date, start: 2021-01-28 } }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none, retry: { max-attempts: 1 } }
tasks:
  fetch: { params: [date], run: 'echo made > /outputs/raw.csv', outputs: [raw.csv] }
  clean: { params: [date], needs: [fetch], run: 'cp /inputs/fetch/raw.csv /outputs/clean.csv', outputs: [clean.csv] }
  total:
    params: [date]
    needs: [{ task: clean, last: 2 }]
    run: cat /inputs/clean/*/clean.csv > /outputs/total.csv
    outputs: [total.csv]
`,
    });
    const run = async (...words: readonly string[]): Promise<string> => {
      const ended = await sluice(project.folder, words, { SLUICE_BY: 'anna' });
      mustEndWith(0, ended);
      return ended.stdout;
    };
    writeFileSync(project.path('mailed.csv'), 'by mail\n');

    const put = [
      'put',
      'sales',
      'fetch',
      '--date',
      '2021-01-29',
      'raw.csv=mailed.csv',
      '--reason',
      'by mail',
    ];
    expect(await run(...put)).toContain('put by anna: by mail');
    const skip = ['skip', 'sales/fetch/date=2021-01-28', '--reason', 'closed'];
    expect(await run(...skip)).toContain('skipped by anna: closed');

    // The window goes without what was skipped.
    await run('run', 'sales', 'total', '--date', '2021-01-29');
    const total = 'sales/total/date=2021-01-29';
    await run('get', total, '--to', 'out');
    expect(readFileSync(project.path('out', 'total.csv'), 'utf8')).toBe('by mail\n');
    expect(await run('why', total)).toContain('without clean/date=2021-01-28');
    expect(await run('why', 'sales/fetch/date=2021-01-29')).toContain('put by anna: by mail');
    expect(await run('ls', 'sales/fetch')).toContain('put by anna: by mail');

    const clear = ['clear', 'sales', 'fetch', '--date', '2021-01-29', '--downstream', '--by', 'bo'];
    const cleared = JSON.parse(await run(...clear, '--json')) as Cleared;
    expect(cleared.instances.map(({ id, result }) => `${id}: ${result}`)).toEqual([
      'sales/fetch/date=2021-01-29: cleared',
      'sales/clean/date=2021-01-29: cleared',
      `${total}: cleared`,
    ]);
    expect(await run('why', 'sales/fetch/date=2021-01-29')).toContain('missing: cleared by bo');
    // As it is printed.
    await run(...cleared.next.split(' ').slice(1));
    await run('run', 'sales', 'total', '--date', '2021-01-29');
    await run('get', total, '--to', 'out');
    expect(readFileSync(project.path('out', 'total.csv'), 'utf8')).toBe('made\n');
    const status = await run('status', 'sales', '--runs', '20');
    for (const told of ['put by anna: by mail', 'skipped by anna: closed', 'cleared by bo'])
      expect(status).toContain(told);
  });
});
