import { child, items, members } from './source/node.ts';
import type { Node } from './source/node.ts';

/*
 * A task's keys come from up to three places: the pipeline's `defaults`, the reusable task it `uses`, and the
 * task itself; its variables also from the pipeline's `env`. The nearest wins, with two exceptions that people expect. `env` and `retry` are merged key by key,
 * so a task changes one variable without repeating the others. And what a task writes beside `uses` under
 * `needs`, `files`, `secrets` and `outputs` is added to the reusable task's: its author can't know what a caller
 * has to wait for or needs besides. `defaults` of these four hold only where neither writes any: they would
 * otherwise be impossible to get rid of.
 */

const BY_KEY = ['env', 'retry'] as const;
const JOINED = ['needs', 'files', 'secrets', 'outputs'] as const;

export interface MergedTask {
  readonly name: string;
  /** The task's own entry under `tasks`. */
  readonly node: Node;
  /** Every key but those below; each knows where it was written. */
  readonly keys: ReadonlyMap<string, Node>;
  /** Keys that the task or its reusable task writes, so not only `defaults`. */
  readonly own: ReadonlySet<string>;
  readonly env: ReadonlyMap<string, Node>;
  /** The lines of `node`. */
  readonly extent: TaskExtent;
  /** Undefined where no place has any. */
  readonly retry: ReadonlyMap<string, Node> | undefined;
  readonly lists: Readonly<Record<(typeof JOINED)[number], readonly Node[]>>;
}

/** A task's lines in its file; `to` is exclusive. */
export interface TaskExtent {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** What a pipeline says for all of its tasks. */
export interface PipelineLayers {
  readonly defaults: Node | undefined;
  /** The farthest of all. */
  readonly env: Node | undefined;
}

export function mergeTask(
  name: string,
  node: Node,
  extent: TaskExtent,
  reusable: Node | undefined,
  { defaults, env }: PipelineLayers,
): MergedTask {
  const layers = [defaults, reusable, node];
  const keys = new Map<string, Node>();
  for (const layer of layers) {
    for (const [key, value] of members(layer)) {
      if (value.value !== null && value.value !== undefined) keys.set(key, value);
    }
  }
  const own = new Set([...members(reusable), ...members(node)].map(([key]) => key));
  const byKey = (key: (typeof BY_KEY)[number]) =>
    new Map(layers.flatMap((layer) => members(child(layer, key))));
  const joined = (key: (typeof JOINED)[number]) =>
    own.has(key) ? [...items(child(reusable, key)), ...items(child(node, key))] : items(child(defaults, key));
  for (const key of [...BY_KEY, ...JOINED]) keys.delete(key);
  return {
    name,
    node,
    extent,
    keys,
    own,
    env: new Map([...members(env), ...byKey('env')]),
    retry: layers.some((layer) => child(layer, 'retry') !== undefined) ? byKey('retry') : undefined,
    lists: {
      needs: joined('needs'),
      files: joined('files'),
      secrets: joined('secrets'),
      outputs: joined('outputs'),
    },
  };
}
