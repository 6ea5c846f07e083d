import { openProject, openProjectLedger } from '../compose.ts';
import { EXIT } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Manifest } from '../model/records.ts';
import { formatBytes, formatCount } from '../report/words.ts';
import type { Output } from './output.ts';
import { composeOptions, type CommonFlags } from './planning.ts';
import { parseTarget } from './target.ts';

export interface LsFlags extends CommonFlags {
  readonly uris?: boolean;
}

/** `sluice ls`: what is committed. Without a task, a count by task. */
export async function lsCommand(words: readonly string[], flags: LsFlags, output: Output): Promise<number> {
  const target = parseTarget([]);
  const opened = await openProject(composeOptions(flags, target));
  const ledger = await openProjectLedger(opened.project);
  const path = words.map((word) => word.replace(/^\/+|\/+$/g, '')).join('/');
  const ids = await committed(ledger, path);
  if (path.split('/').length < 2 && flags.uris !== true) return summarize(ids, output);
  const manifests: Manifest[] = [];
  for (const id of ids) {
    const stored = await ledger.readManifest(id);
    if (stored !== undefined) manifests.push(stored.manifest);
  }
  if (output.json) {
    output.document({ schema: 1, instances: manifests.map((manifest) => describe(manifest, ledger)) });
  } else if (flags.uris === true) {
    for (const manifest of manifests)
      for (const { uri } of describe(manifest, ledger).objects) output.say(uri);
  } else {
    for (const manifest of manifests) output.say(line(manifest));
    if (manifests.length === 0) output.say(`nothing is committed under ${path}`);
  }
  return EXIT.ok;
}

async function committed(ledger: Ledger, path: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of ledger.store.list('manifests/')) {
    for (const { key } of page) {
      const id = key.slice('manifests/'.length, -'.json'.length);
      if (path === '' || id === path || id.startsWith(`${path}/`)) ids.push(id);
    }
  }
  return ids;
}

function summarize(ids: readonly string[], output: Output): number {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const task = id.split('/').slice(0, 2).join('/');
    counts.set(task, (counts.get(task) ?? 0) + 1);
  }
  if (output.json) output.document({ schema: 1, tasks: Object.fromEntries(counts) });
  else if (counts.size === 0) output.say('nothing is committed yet');
  else for (const [task, count] of counts) output.say(`${task}  ${formatCount(count, 'instance')}`);
  return EXIT.ok;
}

function describe(manifest: Manifest, ledger: Ledger) {
  const prefix = `${storeUri(ledger)}/objects/${manifest.instance}/${manifest.attempt}/`;
  return {
    id: manifest.instance,
    outcome: manifest.outcome,
    attempt: manifest.attempt,
    finishedAt: manifest.finishedAt,
    values: manifest.values,
    objects: manifest.objects.map((object) => ({ ...object, uri: `${prefix}${object.path}` })),
  };
}

function line(manifest: Manifest): string {
  const bytes = manifest.objects.reduce((sum, object) => sum + object.bytes, 0);
  const what =
    manifest.outcome === 'succeeded'
      ? `${formatCount(manifest.objects.length, 'file')}, ${formatBytes(bytes)}`
      : `${manifest.outcome}${manifest.reason === undefined ? '' : ` (${manifest.reason})`}`;
  return `${manifest.instance}  ${manifest.finishedAt}  ${what}`;
}

function storeUri(ledger: Ledger): string {
  const { ref } = ledger.store;
  switch (ref.kind) {
    case 'directory':
      return ref.root;
    case 'memory':
      return `memory:${ref.id}`;
    case 's3':
      return ref.uri;
  }
}
