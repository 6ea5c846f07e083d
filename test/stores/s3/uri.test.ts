import { describe, expect, it, vi } from 'vitest';
import { ProblemsError } from '../../../runner/errors.ts';
import type { Problem } from '../../../runner/model/problem.ts';
import { openS3Store } from '../../../runner/stores/s3/store.ts';
import { parseS3Uri } from '../../../runner/stores/s3/uri.ts';

describe('a bucket', () => {
  const at = (text: string) => openS3Store(parseS3Uri(`${text}?region=us-east-1`));

  it('is opened once by a process, each address for itself', async () => {
    expect(await at('s3://acme/a')).toBe(await at('s3://acme/a/'));
    expect(await at('s3://acme/a')).not.toBe(await at('s3://acme/b'));
  });

  it('that could not be opened is opened anew', async () => {
    vi.stubEnv('AWS_REGION', '');
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    const open = () => openS3Store(parseS3Uri('s3://acme/later'));
    await expect(open()).rejects.toThrow('no region is known');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    expect((await open()).ref).toMatchObject({ uri: 's3://acme/later' });
    vi.unstubAllEnvs();
  });
});

describe('the address of a bucket', () => {
  it.each([
    ['s3://acme', 's3://acme', {}],
    ['s3://acme/', 's3://acme', {}],
    ['s3://acme/a/b/', 's3://acme/a/b', {}],
    [
      's3://acme/a?endpoint=http://127.0.0.1:7070&region=eu-central-1&path-style=false',
      's3://acme/a',
      { endpoint: 'http://127.0.0.1:7070', region: 'eu-central-1', pathStyle: false },
    ],
    [
      's3://acme?encryption=sse-kms&kms-key=alias%2Fa&storage-class=STANDARD_IA&tag=team=x&tag=a',
      's3://acme',
      {
        encryption: 'sse-kms',
        kmsKey: 'alias/a',
        storageClass: 'STANDARD_IA',
        tags: { team: 'x', a: '' },
      },
    ],
  ])('%s is read', (text, uri, settings) => {
    expect(parseS3Uri(text)).toEqual({ kind: 's3', uri, settings });
  });

  it('comes before the settings beside it', () => {
    expect(parseS3Uri('s3://acme?region=a', { region: 'b', storageClass: 'c' }).settings).toEqual({
      region: 'a',
      storageClass: 'c',
    });
  });

  it.each([
    ['s3://', 'name the bucket'],
    ['s3://a', 'name the bucket'],
    ['s3:///prefix', 'name the bucket'],
    ['s3://key:secret@acme/x', 'AWS_ACCESS_KEY_ID'],
    ['s3://acme/a//b', 'name another prefix'],
    ['s3://acme/../b', 'name another prefix'],
    ['s3://acme?regoin=x', 'correct the spelling'],
    ['s3://acme?endpoint=localhost:7070', 'https://'],
    ['s3://acme?path-style=yes', 'true or false'],
    ['s3://acme?encryption=aes', 'sse-kms'],
    ['s3://acme?kms-key=x', 'encryption sse-kms'],
  ])('%s is refused with what to do', (text, words) => {
    const refused = refusalOf(text);
    expect(`${refused?.message} ${refused?.fix}`).toContain(words);
    expect(refused?.message).not.toContain('secret');
  });
});

function refusalOf(text: string): Problem | undefined {
  try {
    parseS3Uri(text);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems[0];
    throw error;
  }
}
