import { parseInstanceId, type InstanceId } from '../model/partition.ts';
import { isAttemptId, isRunId } from '../model/run-id.ts';
import { STORE_KEY } from './keys.ts';

/** What a key of the store holds; objects are told by attempts, see `storedAttempts`. */
export type Place =
  | { readonly kind: 'store' }
  | { readonly kind: 'task' }
  | { readonly kind: 'manifest'; readonly id: InstanceId }
  | { readonly kind: 'failure'; readonly id: InstanceId }
  | { readonly kind: 'claim'; readonly id: InstanceId }
  | { readonly kind: 'mark'; readonly id: InstanceId; readonly nonce: string }
  | { readonly kind: 'publication'; readonly id: InstanceId; readonly attempt: string }
  | { readonly kind: 'published-path'; readonly pathHash: string }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'heartbeat'; readonly run: string }
  | { readonly kind: 'log'; readonly id: InstanceId }
  /** Is of use only while a run lives: slots of pools. */
  | { readonly kind: 'of-the-living' }
  | { readonly kind: 'published'; readonly path: string }
  | { readonly kind: 'unknown' };

const UNKNOWN: Place = { kind: 'unknown' };

const PLACES: Readonly<Record<string, (rest: string) => Place>> = {
  tasks: (rest) => (/^[^/]+\/[^/]+\.json$/.test(rest) ? { kind: 'task' } : UNKNOWN),
  manifests: (rest) => ofInstance('manifest', rest),
  failures: (rest) => ofInstance('failure', rest),
  claims: (rest) => ofInstance('claim', rest),
  exceptions: (rest) => {
    const { above, last } = split(rest);
    return last !== '' && isInstance(above) ? { kind: 'mark', id: above, nonce: last } : UNKNOWN;
  },
  publications: (rest) => {
    const [, pathHash] = /^_paths\/([0-9a-f]{64})\.json$/.exec(rest) ?? [];
    if (pathHash !== undefined) return { kind: 'published-path', pathHash };
    const { above, last } = split(rest);
    const attempt = last.replace(/\.json$/, '');
    return attempt !== last && isAttemptId(attempt) && isInstance(above)
      ? { kind: 'publication', id: above, attempt }
      : UNKNOWN;
  },
  runs: (rest) => {
    const [run = '', name, ...below] = rest.split('/');
    if (!isRunId(run)) return UNKNOWN;
    if (name === 'run.json' && below.length === 0) return { kind: 'run', run };
    if (name === 'heartbeat.json' && below.length === 0) return { kind: 'heartbeat', run };
    const { above, last } = split(below.join('/'));
    return name === 'logs' && isAttemptId(last.replace(/\.log$/, '')) && isInstance(above)
      ? { kind: 'log', id: above }
      : UNKNOWN;
  },
  pools: () => ({ kind: 'of-the-living' }),
  published: (path) => ({ kind: 'published', path }),
};

export function placeOf(key: string): Place {
  if (key === STORE_KEY) return { kind: 'store' };
  const slash = key.indexOf('/');
  return PLACES[key.slice(0, Math.max(slash, 0))]?.(key.slice(slash + 1)) ?? UNKNOWN;
}

function ofInstance(kind: 'manifest' | 'failure' | 'claim', rest: string): Place {
  const id = rest.replace(/\.json$/, '');
  return id !== rest && isInstance(id) ? { kind, id } : UNKNOWN;
}

function split(text: string): { readonly above: string; readonly last: string } {
  const slash = text.lastIndexOf('/');
  return { above: text.slice(0, Math.max(slash, 0)), last: text.slice(slash + 1) };
}

function isInstance(id: string): boolean {
  try {
    parseInstanceId(id);
    return true;
  } catch {
    return false;
  }
}
