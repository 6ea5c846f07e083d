import { isInstanceId, isPipelineName, isTaskName, type InstanceId } from '../model/partition.ts';
import { isAttemptId, isRunId } from '../model/run-id.ts';
import { STORE_KEY } from './keys.ts';
import { isNonce } from './records/names.ts';
import { own } from '../model/own.ts';

/** What a key of the store holds; objects are told by attempts, see `storedAttempts`. */
export type Place =
  | { readonly kind: 'store' }
  | { readonly kind: 'pipeline'; readonly pipeline: string }
  | { readonly kind: 'task' }
  | { readonly kind: 'tick'; readonly pipeline: string }
  | { readonly kind: 'manifest'; readonly id: InstanceId }
  | { readonly kind: 'failure'; readonly id: InstanceId }
  | { readonly kind: 'wait'; readonly id: InstanceId }
  | { readonly kind: 'claim'; readonly id: InstanceId }
  | { readonly kind: 'mark'; readonly id: InstanceId; readonly nonce: string }
  | { readonly kind: 'publication'; readonly id: InstanceId; readonly attempt: string }
  | { readonly kind: 'published-path'; readonly pathHash: string }
  | { readonly kind: 'backfill'; readonly id: string }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'heartbeat'; readonly run: string }
  | { readonly kind: 'log'; readonly id: InstanceId }
  | { readonly kind: 'slot' }
  | { readonly kind: 'published'; readonly path: string }
  | { readonly kind: 'unknown' };

const UNKNOWN: Place = { kind: 'unknown' };

/** `<pool>/<n>.json`, and `next.json` beside them. */
const SLOT = /^(_groups\/)?[A-Za-z0-9._%~-]+\/([1-9]\d{0,8}|next)\.json$/;

const PLACES: Readonly<Record<string, (rest: string) => Place>> = {
  pipelines: (rest) => ofPipeline('pipeline', rest),
  ticks: (rest) => ofPipeline('tick', rest),
  tasks: (rest) => {
    const [, pipeline = '', task = ''] = /^([^/]+)\/([^/]+)\.json$/.exec(rest) ?? [];
    return isPipelineName(pipeline) && isTaskName(task) ? { kind: 'task' } : UNKNOWN;
  },
  manifests: (rest) => ofInstance('manifest', rest),
  failures: (rest) => ofInstance('failure', rest),
  waits: (rest) => ofInstance('wait', rest),
  claims: (rest) => ofInstance('claim', rest),
  exceptions: (rest) => {
    const { above, last } = split(rest);
    return isNonce(last) && isInstanceId(above) ? { kind: 'mark', id: above, nonce: last } : UNKNOWN;
  },
  publications: (rest) => {
    const [, pathHash] = /^_paths\/([0-9a-f]{64})\.json$/.exec(rest) ?? [];
    if (pathHash !== undefined) return { kind: 'published-path', pathHash };
    const { above, last } = split(rest);
    const attempt = last.replace(/\.json$/, '');
    return attempt !== last && isAttemptId(attempt) && isInstanceId(above)
      ? { kind: 'publication', id: above, attempt }
      : UNKNOWN;
  },
  backfills: (rest) => {
    const id = rest.replace(/\.json$/, '');
    return id !== rest && isRunId(id) ? { kind: 'backfill', id } : UNKNOWN;
  },
  runs: (rest) => {
    const [run = '', name, ...below] = rest.split('/');
    if (!isRunId(run)) return UNKNOWN;
    if (name === 'run.json' && below.length === 0) return { kind: 'run', run };
    if (name === 'heartbeat.json' && below.length === 0) return { kind: 'heartbeat', run };
    const { above, last } = split(below.join('/'));
    return name === 'logs' && isAttemptId(last.replace(/\.log$/, '')) && isInstanceId(above)
      ? { kind: 'log', id: above }
      : UNKNOWN;
  },
  pools: (rest) => (SLOT.test(rest) ? { kind: 'slot' } : UNKNOWN),
  published: (path) => ({ kind: 'published', path }),
};

export function placeOf(key: string): Place {
  if (key === STORE_KEY) return { kind: 'store' };
  const slash = key.indexOf('/');
  return own(PLACES, key.slice(0, Math.max(slash, 0)))?.(key.slice(slash + 1)) ?? UNKNOWN;
}

function ofPipeline(kind: 'pipeline' | 'tick', rest: string): Place {
  const pipeline = rest.replace(/\.json$/, '');
  return pipeline !== rest && isPipelineName(pipeline) ? { kind, pipeline } : UNKNOWN;
}

function ofInstance(kind: 'manifest' | 'failure' | 'wait' | 'claim', rest: string): Place {
  const id = rest.replace(/\.json$/, '');
  return id !== rest && isInstanceId(id) ? { kind, id } : UNKNOWN;
}

function split(text: string): { readonly above: string; readonly last: string } {
  const slash = text.lastIndexOf('/');
  return { above: text.slice(0, Math.max(slash, 0)), last: text.slice(slash + 1) };
}
