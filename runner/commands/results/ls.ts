import { attemptPrefix } from '../../model/key.ts';
import { join } from 'node:path';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { EXIT } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { byHandWords } from '../../model/hand.ts';
import { objectUri, storeFolder } from '../../model/outputs/object-place.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';
import { formatBytes, formatCount } from '../../report/words.ts';
import { committedIds, readManifests } from '../../app/results/committed.ts';
import { readOwners, type Ownership } from '../../app/owners.ts';
import { refuseUnknown } from '../../app/refuse-unknown.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';
import type { Output } from '../cli/output.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';

export interface LsFlags extends CommonFlags {
  readonly uris?: boolean;
}

/** `sluice ls`: what is committed. Without a task, a count by task. */
export async function lsCommand(words: readonly string[], flags: LsFlags, output: Output): Promise<number> {
  const isFile = /\.ya?ml$/.test(words[0] ?? '');
  const options = appOptions(flags, output, isFile ? words[0] : undefined);
  const project = await openStoreSettings(options);
  const ledger = await openStandingLedger(project, options);
  const path = words
    .slice(isFile ? 1 : 0)
    .map((word) => word.replace(/^\/+|\/+$/g, ''))
    .join('/');
  const ids = await committedIds(ledger, path);
  if (ids.length === 0 && path !== '') await refuseUnknown(path, ledger, options);
  if (path.split('/').length < 2 && flags.uris !== true)
    return summarize(ids, path, output, (pipelines) => readOwners(ledger, project, pipelines));
  if (output.json) {
    const instances = [];
    for await (const manifest of readManifests(ledger, ids)) instances.push(describe(manifest, ledger));
    await output.document({ schema: 1, instances });
    return EXIT.ok;
  }
  // Each line as it is read: of very many the first ones are there at once.
  for await (const manifest of readManifests(ledger, ids)) {
    if (flags.uris !== true) {
      output.say(line(manifest));
      // Asked for alone, its files are what one wants to see.
      if (ids.length === 1) for (const file of filesOf(manifest)) output.say(file);
    } else for (const { uri } of describe(manifest, ledger).objects) output.say(uri);
  }
  if (ids.length === 0) sayNothing(path, output);
  return EXIT.ok;
}

async function summarize(
  ids: readonly InstanceId[],
  path: string,
  output: Output,
  ownersOf: (pipelines: ReadonlySet<string>) => Promise<Ownership>,
): Promise<number> {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const task = id.split('/', 2).join('/');
    counts.set(task, (counts.get(task) ?? 0) + 1);
  }
  const { others } = await ownersOf(new Set([...counts.keys()].map((task) => task.split('/')[0] ?? '')));
  const projects = new Map(others.map(({ pipeline, project }) => [pipeline, project]));
  if (output.json)
    await output.document({
      schema: 1,
      tasks: Object.fromEntries(counts),
      otherProjects: Object.fromEntries(projects),
    });
  else if (counts.size === 0) sayNothing(path, output);
  else {
    const width = Math.max(...[...counts.keys()].map((task) => task.length));
    for (const [task, count] of counts) {
      const project = projects.get(task.split('/')[0] ?? '');
      const whose = project === undefined ? '' : `  (project ${project})`;
      output.say(`${task.padEnd(width)}  ${formatCount(count, 'instance')}${whose}`);
    }
  }
  return EXIT.ok;
}

function sayNothing(path: string, output: Output): void {
  output.say(path === '' ? 'nothing is committed yet' : `nothing is committed under ${path}`);
}

function describe(manifest: Manifest, { store: { ref } }: Ledger) {
  const folder = storeFolder(ref);
  const uri = (path: string): string => {
    const key = attemptPrefix(manifest.instance, manifest.attempt) + path;
    return folder === undefined ? objectUri(ref, key) : join(folder, key);
  };
  return {
    id: manifest.instance,
    outcome: manifest.outcome,
    attempt: manifest.attempt,
    finishedAt: manifest.finishedAt,
    ...(manifest.by !== undefined && { by: manifest.by }),
    values: manifest.values,
    objects: manifest.objects.map((object) => ({ ...object, uri: uri(object.path) })),
  };
}

function filesOf({ objects }: Manifest): readonly string[] {
  const width = Math.max(0, ...objects.map(({ bytes }) => formatBytes(bytes).length));
  return objects.map(({ bytes, path }) => `  ${formatBytes(bytes).padStart(width)}  ${path}`);
}

function line(manifest: Manifest): string {
  const bytes = manifest.objects.reduce((sum, object) => sum + object.bytes, 0);
  const what =
    manifest.outcome === 'succeeded'
      ? `${formatCount(manifest.objects.length, 'file')}, ${formatBytes(bytes)}${manifest.by === undefined ? '' : ` (${byHandWords(manifest.by)})`}`
      : `${manifest.outcome}${manifest.reason === undefined ? '' : ` (${manifest.reason})`}`;
  return `${manifest.instance}  ${manifest.finishedAt.slice(0, 19)}Z  ${what}`;
}
