import type { PublishedPathRecord } from '../../model/records.ts';
import { PUBLISHED_PATHS } from '../keys.ts';
import { listedAt } from '../knowledge/listing.ts';
import type { PathContext } from '../publish/beside.ts';
import { placePublished, type Holders, type Placed } from '../publish/published-path.ts';
import { publishedPathRecords } from '../publish/path-record.ts';
import { stillPublishes, takenMessage } from '../publish/taken.ts';
import { placeOf } from '../layout.ts';
import { isUnreadable } from '../records/damage.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Copying } from './copying.ts';
import { copyVerified } from './verified.ts';

const TOGETHER = 4;

/** Published files, last: by the target's own rules, so that a later file which it has published itself stays. */
export async function copyPublished(copying: Copying): Promise<void> {
  await sideBySide(recordKeys(copying), TOGETHER, (key) => copyPath(copying, key), copying.signal);
}

async function* recordKeys({ from }: Copying): AsyncIterable<string> {
  for await (const page of from.store.list(PUBLISHED_PATHS)) for (const { key } of page) yield key;
}

/** One that is broken, here or there, is left to a person. */
async function copyPath(copying: Copying, key: string): Promise<void> {
  if (placeOf(key).kind !== 'published-path') return;
  try {
    await copyFile(copying, key);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    copying.report.problems.push(error.message);
  }
}

async function copyFile(copying: Copying, key: string): Promise<void> {
  const { from, to, report } = copying;
  const ours = (await publishedPathRecords.read(from.store, key))?.record;
  if (ours === undefined || copying.kept.has(ours.instance) || (await stands(copying, key, ours))) return;
  const within: PathContext = {
    store: to,
    // Damage in the target is left to a person.
    tell: (damage) => {
      throw damage;
    },
    passBy: (read) => read(),
  };
  const place = () => placePublished(within, ours, holdersIn(copying));
  let placed: Placed = copying.dryRun ? { kind: 'placed' } : await place();
  if (placed.kind === 'missing') {
    // Of an attempt that has been replaced meanwhile, and whose objects were not copied.
    const file = `published/${ours.path}`;
    const copied = await copyVerified(from.store, to, file, file, ours, copying.signal);
    if (copied !== 'copied') {
      report.problems.push(
        `${file} is ${copied} and was not copied; publish it anew: sluice run ${ours.instance} --rebuild all`,
      );
      return;
    }
    placed = await place();
  }
  if (placed.kind === 'taken') {
    report.conflicts.push(takenMessage(ours, placed.by));
    return;
  }
  report.published += 1;
  copying.progress();
}

/** Whether our attempt counts the source has said; who holds a path, the target says. */
function holdersIn({ manifests }: Copying): Holders {
  return { counts: async () => true, holds: (theirs) => stillPublishes(manifests, theirs) };
}

/** The same file of the same attempt is there; its bytes were compared when they were copied. */
async function stands({ to }: Copying, key: string, ours: PublishedPathRecord): Promise<boolean> {
  const theirs = (await publishedPathRecords.read(to, key))?.record;
  if (theirs?.attempt !== ours.attempt || theirs.sha256 !== ours.sha256) return false;
  const found = await listedAt(to, `published/${ours.path}`);
  return found !== undefined && (found.sizeBytes === undefined || found.sizeBytes === ours.bytes);
}
