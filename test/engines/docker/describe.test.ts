import { describe, expect, it } from 'vitest';
import { describe as describeJob, type AskedEngine } from '../../../runner/engines/docker/describe.ts';
import type { JobImage } from '../../../runner/model/job.ts';
import { openMemoryStore } from '../../../runner/stores/memory/store.ts';
import { jobOf } from '../../contracts/jobs.ts';

const BUILD: JobImage = {
  kind: 'build',
  contextFolder: '/a',
  dockerfile: 'Dockerfile',
  buildArgs: {},
  contentHash: 'abc',
};

function words(image: JobImage, folder = '/tmp/a'): string {
  return describeJob(jobOf(openMemoryStore(), 'x', 'true', { storeId: 's', image }), folder).join(' ');
}

describe('the command line for a person', () => {
  it('asks no registry for an image that was built here', () => {
    expect(words(BUILD)).toMatch(/ --pull never .* sluice-build:abc /);
  });

  it.each(['always', 'never'] as const)('pulls as the job does: %s', (pull) => {
    expect(words({ kind: 'reference', reference: 'busybox', pull })).toContain(` --pull ${pull} `);
  });

  it('leaves out what docker does by itself', () => {
    expect(words({ kind: 'reference', reference: 'busybox', pull: 'missing' })).not.toContain('--pull');
  });

  it('names the engine that was asked for, which docker does not know of, and no other', () => {
    const job = jobOf(openMemoryStore(), 'x', 'true', { storeId: 's', image: BUILD });
    const first = (asked?: AskedEngine): readonly string[] => describeJob(job, '/tmp/a', asked).slice(0, 4);
    expect(first({ host: 'unix:///run/other.sock' })).toEqual([
      'docker',
      '-H',
      'unix:///run/other.sock',
      'run',
    ]);
    expect(first()).toEqual(['docker', 'run', '--rm', '--init']);
    expect(first({ env: { DOCKER_HOST: 'unix:///x.sock' } })).toEqual(['docker', 'run', '--rm', '--init']);
  });

  it.each([{ host: 'tcp://builder:2375' }, { env: { DOCKER_HOST: 'ssh://me@builder' } }])(
    'is refused for an engine that sees no folder of this machine: %j',
    (asked) => {
      const job = jobOf(openMemoryStore(), 'x', 'true', { storeId: 's', image: BUILD });
      expect(() => describeJob(job, '/tmp/a', asked)).toThrow(/on another machine/);
    },
  );

  it('quotes a folder whose name would end the field', () => {
    expect(words(BUILD, '/tmp/a,"b"')).toContain(
      '--mount type=bind,"source=/tmp/a,""b""/inputs",target=/inputs,readonly',
    );
    expect(words(BUILD, '/tmp/a b')).toContain('type=bind,source=/tmp/a b/inputs,target=/inputs,readonly');
  });
});
