import { join, resolve } from 'node:path';
import { EXIT } from '../errors.ts';
import type { Ledger, StoredManifest } from '../ledger/ledger.ts';
import { openProject, openProjectLedger } from '../compose.ts';
import type { InstanceId } from '../model/partition.ts';
import { formatBytes, formatCount } from '../report/words.ts';
import { downloadObject } from './download.ts';
import { askedInstances, typedInstance } from './instance.ts';
import { usageError, type Output } from './output.ts';
import { composeOptions, makeSessionPlan, openSession, type CommonFlags } from './planning.ts';
import type { RequestFlags } from './request.ts';
import { parseTarget } from './target.ts';

export interface GetFlags extends CommonFlags, RequestFlags {
  /** Here a folder, not the end of a range. */
  readonly to?: string;
}

/** `sluice get`: verified outputs into a folder. */
export async function getCommand(words: readonly string[], flags: GetFlags, output: Output): Promise<number> {
  const folder = resolve(flags.to ?? '.');
  const { ledger, ids } = await wanted(words, flags, output);
  const committed: StoredManifest[] = [];
  const absent: InstanceId[] = [];
  for (const id of ids) {
    const stored = await ledger.readManifest(id);
    if (stored?.manifest.outcome === 'succeeded') committed.push(stored);
    else absent.push(id);
  }
  const files: {
    readonly instance: InstanceId;
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
  }[] = [];
  for (const { manifest } of committed) {
    const place =
      committed.length + absent.length === 1 ? folder : join(folder, belowPipeline(manifest.instance));
    for (const object of manifest.objects) {
      const file = await downloadObject(
        ledger.store,
        `objects/${manifest.instance}/${manifest.attempt}/`,
        object,
        place,
      );
      files.push({ instance: manifest.instance, file, bytes: object.bytes, sha256: object.sha256 });
    }
  }
  if (output.json) {
    const values = Object.fromEntries(committed.map(({ manifest }) => [manifest.instance, manifest.values]));
    output.document({ schema: 1, files, values, missing: absent });
  } else {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const { file } of files.slice(0, 20)) output.say(file);
    if (files.length > 20) output.say(`… and ${files.length - 20} more`);
    output.say(
      `${formatCount(files.length, 'file')}, ${formatBytes(bytes)}, each with the sha256 that was committed`,
    );
    for (const id of absent) output.warn(`not there: ${id} (sluice why ${id})`);
  }
  return absent.length > 0 || committed.length === 0 ? EXIT.incomplete : EXIT.ok;
}

async function wanted(
  words: readonly string[],
  flags: GetFlags,
  output: Output,
): Promise<{ readonly ledger: Ledger; readonly ids: readonly InstanceId[] }> {
  const typed = typedInstance(words);
  if (typed !== undefined) {
    const opened = await openProject(composeOptions(flags, parseTarget([])));
    return { ledger: await openProjectLedger(opened.project), ids: [typed] };
  }
  const { to: _, ...request } = flags;
  if (request.from !== undefined)
    throw usageError('bad-range', 'expected --date a..b for a range', '--to is the folder');
  const session = await openSession(words, request, output);
  const { plan, ledger } = await makeSessionPlan(session, request);
  return { ledger, ids: askedInstances(plan, session).map((instance) => instance.id) };
}

function belowPipeline(id: InstanceId): string {
  return id.slice(id.indexOf('/') + 1);
}
