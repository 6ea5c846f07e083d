import { isInstanceId, type InstanceId } from '../../model/partition.ts';
import { isAttemptId } from '../../model/run-id.ts';
import type { ObjectInfo, ObjectStore } from '../../ports.ts';

/** Objects of one attempt, as listed. */
export interface StoredAttempt {
  readonly attempt: string;
  readonly keys: string[];
  bytes: number;
  newestAt: number;
}

export interface StoredAttempts {
  readonly id: InstanceId;
  readonly attempts: readonly StoredAttempt[];
}

/** Instance after instance, as the keys come; `onStray` gets keys that are no attempt's. `now` counts where a store tells no time. */
export async function* storedAttempts(
  store: ObjectStore,
  prefix: string,
  now: number,
  options: { readonly signal?: AbortSignal | undefined; readonly onStray?: (info: ObjectInfo) => void } = {},
): AsyncIterable<StoredAttempts> {
  const { signal, onStray } = options;
  let id = '';
  let attempts = new Map<string, StoredAttempt>();
  for await (const page of store.list(prefix, signal === undefined ? {} : { signal })) {
    for (const info of page) {
      const place = parseObjectKey(info.key);
      if (place === undefined) {
        onStray?.(info);
        continue;
      }
      if (place.id !== id) {
        if (attempts.size > 0) yield { id, attempts: [...attempts.values()] };
        id = place.id;
        attempts = new Map();
      }
      const known = attempts.get(place.attempt) ?? {
        attempt: place.attempt,
        keys: [],
        bytes: 0,
        newestAt: 0,
      };
      known.keys.push(info.key);
      known.bytes += info.sizeBytes ?? 0;
      // Without a time it counts as new: rather kept than lost.
      known.newestAt = Math.max(
        known.newestAt,
        info.modifiedAt === undefined ? now : Date.parse(info.modifiedAt),
      );
      attempts.set(place.attempt, known);
    }
  }
  if (attempts.size > 0) yield { id, attempts: [...attempts.values()] };
}

/** `objects/<pipeline>/<task>/<partition>/<attempt>/…`; what does not look like that is nobody's to remove. */
function parseObjectKey(key: string): { readonly id: InstanceId; readonly attempt: string } | undefined {
  const segments = key.split('/');
  const at = segments.findIndex((segment, index) => index >= 4 && isAttemptId(segment));
  const attempt = segments[at];
  if (attempt === undefined || at === segments.length - 1) return undefined;
  const id = segments.slice(1, at).join('/');
  return isInstanceId(id) ? { id, attempt } : undefined;
}
