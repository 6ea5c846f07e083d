import { createReadStream } from 'node:fs';
import { usageError } from '../../errors.ts';
import { createStreamHash } from '../../hash/stream-hash.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { byHandWords, type HandInstance, type HandReport } from '../../model/hand.ts';
import type { StoredObject } from '../../model/job.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { ByHand } from '../../model/records.ts';
import { commitMade, dropUploaded } from '../../run/attempt/commit.ts';
import type { EvaluatedOutput } from '../../run/attempt/evaluate.ts';
import { publishedPaths } from '../../plan/staleness/published-paths.ts';
import { publishInstance } from '../../run/attempt/publish.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { openLedger } from '../open-ledger.ts';
import { actByHand, type HandTurn } from './act.ts';
import { askByHand, storedTask } from './asked.ts';
import { declaredOutputs } from './declared.ts';
import { checkFiles, checkValues, type GivenFile } from './given.ts';
import { handWork, reportOf } from './hand-report.ts';
import { findLocalFiles } from './local-files.ts';
import { manifestByHand } from './manifest.ts';
import { overtaken, type HandOptions } from './skip.ts';
import { reasonOf } from './who.ts';

export interface PutOptions extends HandOptions {
  /** Paths on this machine: a file, `name=file`, or a folder that holds them all. */
  readonly files: readonly string[];
  /** `name=text` */
  readonly values?: readonly string[];
}

/**
 * Makes files that came by another way an instance's outputs: checked, stored, committed and published as its task's
 * own would be. It replaces what is there.
 *
 * @throws ProblemsError for files that the task does not declare, or not all of them, and for several instances.
 * @example
 * await putByHand(asked, { who: 'anna', reason: 'it came by mail', files: ['raw.csv'] });
 */
export async function putByHand(asked: AskedPipeline, options: PutOptions): Promise<HandReport> {
  const { who, ledger = openLedger, reason: why, files, values = [], ...range } = options;
  const meant = await askByHand(asked, { ...range, ledger });
  const planned = oneOf(meant.instances);
  const { pipeline, task } = storedTask(meant.pipelines, planned);
  if (task.kind === 'external')
    throw usageError(
      'no-outputs',
      `${planned.id} is external: it has no outputs of its own`,
      'sluice skip skips it',
    );
  const outputs = await declaredOutputs(meant, planned, task);
  const given = checkFiles(await findLocalFiles(asked.options.cwd, files), outputs);
  const put = { planned, pipeline, task, outputs, given, values: checkValues(values, task) };
  const reason = reasonOf(why);
  const when = new Date(asked.opened.clock.now()).toISOString();
  const by: ByHand = { how: 'put', who, when, ...(reason !== undefined && { reason }) };
  const acted = await actByHand(handWork(meant, by), [planned], (_, turn) =>
    putOne(meant.ledger, put, turn, by, () => new Date(asked.opened.clock.now()).toISOString()),
  );
  return reportOf({ ...meant, instances: [planned] }, by, range, acted);
}

interface Put {
  readonly planned: PlannedInstance;
  readonly pipeline: Pipeline;
  readonly task: Task;
  readonly outputs: readonly EvaluatedOutput[];
  readonly given: readonly GivenFile[];
  readonly values: Readonly<Record<string, string>>;
}

function oneOf(instances: readonly PlannedInstance[]): PlannedInstance {
  const [first, second] = instances;
  if (first === undefined) throw usageError('no-instance', 'there is no such instance', 'see sluice plan');
  if (second === undefined) return first;
  const names = instances.slice(0, 3).map(({ id }) => id);
  throw usageError(
    'many-instances',
    `expected one instance for these files, found ${instances.length}`,
    `name one, for example ${names.join(', ')}`,
  );
}

async function putOne(
  ledger: Ledger,
  put: Put,
  turn: HandTurn,
  by: ByHand,
  now: () => string,
): Promise<HandInstance> {
  const { planned, outputs, given, values, pipeline } = put;
  const { id } = planned;
  // What it is committed over: whoever commits meanwhile has won.
  const over = await ledger.readManifest(id);
  const objects = await upload(ledger, turn, given);
  if (!turn.isAlive()) {
    await dropUploaded(ledger, id, turn.attempt, objects);
    return { id, result: 'overtaken', reason: 'this was not heard of for too long: try again' };
  }
  const published = publishedPaths(outputs, objects);
  const made = {
    outcome: 'succeeded',
    by,
    startedAt: by.when,
    finishedAt: now(),
    objects,
    values,
    published,
  } as const;
  const committed = await commitMade(ledger, manifestByHand(put, turn, made), over, objects);
  const hasCopies = published.length > 0 || (over?.manifest.published.length ?? 0) > 0;
  const copies = hasCopies ? await publishInstance(ledger, pipeline, id, turn.attempt) : undefined;
  if (committed.kind === 'lost') return overtaken(id, committed.winner.manifest.run);
  await Promise.all([ledger.closeFailure(id), ledger.closeWait(id, 'result')]);
  const attempt = { attempt: turn.attempt };
  if (copies?.kind === 'unpublished')
    return { id, result: 'unpublished', reason: copies.cause.message, ...attempt };
  if (copies?.kind === 'gone') return { id, result: 'missing', reason: copies.reason };
  const replaced =
    over === undefined || over.manifest.outcome === 'void' ? '' : `, in place of ${over.manifest.attempt}`;
  return {
    id,
    result: 'put',
    reason: `${byHandWords(by)}${replaced}`,
    ...attempt,
    ...(copies !== undefined && { published: copies.paths }),
  };
}

/** One after the other, hashed on the way; what is stored of a failed one goes again. */
async function upload(
  ledger: Ledger,
  { id, attempt }: HandTurn,
  given: readonly GivenFile[],
): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  try {
    for (const file of given) objects.push(await uploadOne(ledger, attemptPrefix(id, attempt), file));
  } catch (error) {
    await dropUploaded(ledger, id, attempt, given).catch(() => undefined);
    throw error;
  }
  return objects.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function uploadOne(
  { store }: Ledger,
  prefix: string,
  { path, from, sizeBytes, executable }: GivenFile,
): Promise<StoredObject> {
  const hash = createStreamHash(sizeBytes);
  let bytes = 0;
  async function* body(): AsyncIterable<Uint8Array> {
    for await (const chunk of createReadStream(from)) {
      const piece = Buffer.from(chunk);
      bytes += piece.length;
      await hash.update(piece);
      yield piece;
    }
  }
  await store.put(`${prefix}${path}`, body());
  return { path, bytes, sha256: await hash.digest(), ...(executable && { executable: true }) };
}
