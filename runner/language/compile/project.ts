import type { Project } from '../../model/pipeline.ts';
import type { S3Settings } from '../../model/store-ref.ts';
import { DEFAULTS } from '../schema/defaults.ts';
import { parseSize } from '../schema/shape/size.ts';
import { boolean, child, members, number, text } from './source/node.ts';
import type { Node } from './source/node.ts';
import { parseFile } from './source/parse.ts';
import { compileRebuild } from './rebuild.ts';
import type { ProblemReport } from './source/problem-report.ts';
import type { Tree } from './source/tree.ts';
import { warnOfProjectKeys } from './unbuilt.ts';

export const PROJECT_FILE = 'sluice.yaml';

/** The project's settings; all of them have defaults, so the file need not exist. */
export async function compileProject(root: string, tree: Tree, report: ProblemReport): Promise<Project> {
  const exists = (await tree.kindOf(PROJECT_FILE)) !== undefined;
  const node = exists ? await parseFile(PROJECT_FILE, 'project', tree, report) : undefined;
  warnOfProjectKeys(node, report);
  return projectOf(root, node);
}

/** Where nothing is said. */
export function defaultProject(root: string): Project {
  return projectOf(root, undefined);
}

function projectOf(root: string, node: Node | undefined): Project {
  const store = child(node, 'store');
  const settings = compileStoreSettings(store);
  const cacheBytes = compileCache(child(node, 'cache'));
  const name = text(child(node, 'project'));
  const rebuild = compileRebuild(child(node, 'rebuild'));
  const host = text(child(node, 'engine')) ?? text(child(child(node, 'engine'), 'host'));
  return {
    root,
    ...(name === undefined ? {} : { name }),
    store: text(store) ?? text(child(store, 'uri')) ?? DEFAULTS.store,
    ...(settings === undefined ? {} : { storeSettings: settings }),
    engine: host === undefined ? {} : { host },
    ...(rebuild === undefined ? {} : { rebuild }),
    pools: compileSizes(child(node, 'pools')),
    concurrency: number(child(node, 'concurrency')) ?? DEFAULTS.concurrency,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    notify: child(node, 'notify')?.value,
  };
}

function compileStoreSettings(node: Node | undefined): S3Settings | undefined {
  const endpoint = text(child(node, 'endpoint'));
  const region = text(child(node, 'region'));
  const pathStyle = boolean(child(node, 'path-style'));
  const encryption = text(child(node, 'encryption'));
  const kmsKey = text(child(node, 'kms-key'));
  const storageClass = text(child(node, 'storage-class'));
  const tags = members(child(node, 'tags')).map(([name, value]) => [name, text(value) ?? '']);
  const settings: S3Settings = {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(pathStyle !== undefined && { pathStyle }),
    ...((encryption === 'sse-s3' || encryption === 'sse-kms') && { encryption }),
    ...(kmsKey !== undefined && { kmsKey }),
    ...(storageClass !== undefined && { storageClass }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function compileCache(node: Node | undefined): number | undefined {
  if (boolean(node) === false) return 0;
  const size = text(child(node, 'size'));
  return size === undefined ? undefined : parseSize(size);
}

function compileSizes(node: Node | undefined): Readonly<Record<string, number>> {
  const sizes = members(node).flatMap(([name, value]) => {
    const size = number(value);
    return size === undefined ? [] : [[name, size] as const];
  });
  return Object.fromEntries(sizes);
}
