import { describe, expect, it } from 'vitest';
import { describe as describeJob } from '../../../runner/engines/docker/describe.ts';
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

  it('quotes a folder whose name would end the field', () => {
    expect(words(BUILD, '/tmp/a,"b"')).toContain(
      '--mount type=bind,"source=/tmp/a,""b""/inputs",target=/inputs,readonly',
    );
    expect(words(BUILD, '/tmp/a b')).toContain('type=bind,source=/tmp/a b/inputs,target=/inputs,readonly');
  });
});
