import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { randomHex } from '../../compose.ts';
import { messageOf, StoreError, usageError } from '../../errors.ts';
import { definition, requestFields } from '../../ledger/records/request-fields.ts';
import {
  count,
  listOf,
  objectOf,
  oneOf,
  optional,
  text,
  time,
  version,
  type Fields,
} from '../../ledger/records/expectation.ts';
import { instance, pipeline, storeId } from '../../ledger/records/names.ts';
import { recordKind } from '../../ledger/records/record.ts';
import { fingerprintFields } from '../../ledger/records/record-shapes.ts';
import type { KeptInstance, KeptPlan } from '../../model/kept-plan.ts';
import type { Fingerprint } from '../../model/records.ts';
import { STATES } from '../../model/state.ts';

/**
 * A plan that was kept in a file: outside input, checked like a record of a store before anything believes it.
 *
 * @throws ProblemsError for a file that cannot be read, is too large, or is no kept plan.
 */
export async function readKeptPlan(path: string, folder: string): Promise<KeptPlan> {
  const file = resolve(folder, path);
  const json = await textOf(file).catch((error: unknown) => {
    throw usageError('no-plan', `--plan ${path} cannot be read: ${messageOf(error)}`, 'check its path');
  });
  if (json === undefined) throw notOne(path, `it is larger than ${MAX_BYTES / 2 ** 20} MiB`);
  try {
    return keptPlans.parse(json, path);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw usageError('bad-plan', error.message);
  }
}

/**
 * Writes a plan to a file, whole or not at all: over an older one, and over nothing else.
 *
 * @throws ProblemsError where something else stands there.
 */
export async function writeKeptPlan(path: string, folder: string, kept: KeptPlan): Promise<void> {
  const file = resolve(folder, path);
  if (!(await givesWay(file))) {
    throw usageError(
      'in-the-way',
      `${path} is there already and is no plan: it is left as it is`,
      'name another file for --out, or remove it',
    );
  }
  const temporary = `${file}.${randomHex(4)}.tmp`;
  await writeFile(temporary, `${JSON.stringify(kept)}\n`);
  await rename(temporary, file);
}

const MAX_BYTES = 64 * 2 ** 20;

/** How every such file begins: told by it, none else is replaced. */
const BEGINNING = '{"kind":"plan","schema":';

const keptInstanceFields: Fields<KeptInstance> = {
  id: instance,
  state: oneOf(...STATES),
  action: oneOf('none', 'run', 'compare', 'expand', 'publish'),
  manifestEtag: optional(text),
  fingerprint: optional(count),
};

const keptPlanFields: Fields<KeptPlan> = {
  schema: version,
  kind: oneOf('plan'),
  pipeline,
  store: optional(storeId),
  at: time,
  request: objectOf(requestFields),
  definition,
  fingerprints: listOf(objectOf<Fingerprint>(fingerprintFields)),
  instances: listOf(objectOf(keptInstanceFields)),
};

const keptPlans = recordKind('the plan in', keptPlanFields, {
  remedy: 'make it anew with: sluice plan … --out FILE',
  problem: ({ pipeline: name, request }) =>
    request.pipeline === name ? undefined : `it is of ${name}, and its request of ${request.pipeline}`,
});

function notOne(path: string, what: string) {
  return usageError(
    'bad-plan',
    `the plan in ${path} cannot be used: ${what}; make it anew with: sluice plan … --out FILE`,
  );
}

async function textOf(file: string): Promise<string | undefined> {
  if ((await stat(file)).size > MAX_BYTES) return undefined;
  return readFile(file, 'utf8');
}

async function givesWay(file: string): Promise<boolean> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
    return buffer.toString('utf8', 0, bytesRead) === BEGINNING;
  } finally {
    await handle.close();
  }
}
