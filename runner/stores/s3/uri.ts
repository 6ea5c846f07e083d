import { ProblemsError } from '../../errors.ts';
import { keyProblem } from '../../model/key.ts';
import type { S3Settings, StoreRef } from '../../model/store-ref.ts';

const SETTINGS = ['endpoint', 'region', 'path-style', 'encryption', 'kms-key', 'storage-class', 'tag'];

/** `s3://bucket/prefix?endpoint=…&region=…` as a reference; what the text says comes before `settings`. */
export function parseS3Uri(text: string, settings: S3Settings = {}): StoreRef & { readonly kind: 's3' } {
  const [, authority = '', path = '', query = ''] =
    /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?(.*))?$/.exec(text) ?? [];
  if (authority.includes('@')) {
    throw wrong('expected no credentials in the address of the store, found some', REMEDY_CREDENTIALS);
  }
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(authority)) {
    throw wrong(`expected s3://bucket/prefix for the store, found "${text}"`, 'name the bucket');
  }
  const prefix = path.replace(/\/$/, '');
  const problem = prefix === '' ? undefined : keyProblem(prefix);
  if (problem !== undefined) {
    throw wrong(`"${prefix}" cannot be a prefix of keys: ${problem}`, 'name another prefix');
  }
  const merged = { ...settings, ...settingsIn(new URLSearchParams(query)) };
  if (merged.kmsKey !== undefined && merged.encryption !== 'sse-kms') {
    throw wrong('expected sse-kms with a kms-key, found no such encryption', 'write encryption sse-kms too');
  }
  return {
    kind: 's3',
    uri: `s3://${authority}${prefix === '' ? '' : `/${prefix}`}`,
    settings: merged,
  };
}

export function bucketAndPrefix(uri: string): { readonly bucket: string; readonly prefix: string } {
  const [bucket = '', ...rest] = uri.slice('s3://'.length).split('/');
  return { bucket, prefix: rest.length === 0 ? '' : `${rest.join('/')}/` };
}

const REMEDY_CREDENTIALS =
  'give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile: they would show in records and logs';

function settingsIn(query: URLSearchParams): S3Settings {
  for (const name of query.keys()) {
    if (!SETTINGS.includes(name)) {
      throw wrong(
        `expected ${SETTINGS.join(', ')} behind the "?" of the store, found "${name}"`,
        'correct the spelling',
      );
    }
  }
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const endpoint = text('endpoint');
  if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint)) {
    throw wrong(`expected an endpoint such as https://s3.example.org, found "${endpoint}"`, 'write it so');
  }
  const pathStyle = text('path-style');
  if (pathStyle !== undefined && pathStyle !== 'true' && pathStyle !== 'false') {
    throw wrong(`expected true or false for path-style, found "${pathStyle}"`, 'write one of them');
  }
  const encryption = text('encryption');
  if (encryption !== undefined && encryption !== 'sse-s3' && encryption !== 'sse-kms') {
    throw wrong(`expected sse-s3 or sse-kms for encryption, found "${encryption}"`, 'write one of them');
  }
  const region = text('region');
  const kmsKey = text('kms-key');
  const storageClass = text('storage-class');
  const tags = query.getAll('tag').map((tag): [string, string] => {
    const equals = tag.indexOf('=');
    return equals === -1 ? [tag, ''] : [tag.slice(0, equals), tag.slice(equals + 1)];
  });
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(pathStyle !== undefined && { pathStyle: pathStyle === 'true' }),
    ...(encryption !== undefined && { encryption }),
    ...(kmsKey !== undefined && { kmsKey }),
    ...(storageClass !== undefined && { storageClass }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  };
}

function wrong(message: string, fix: string): ProblemsError {
  return new ProblemsError([{ severity: 'error', code: 'bad-store', message, fix }]);
}
