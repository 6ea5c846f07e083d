import { formatLimit } from '../../../model/duration.ts';
import type Dockerode from 'dockerode';
import type { Job } from '../../../model/job.ts';
import { parseOutputValues } from '../../../model/outputs/outputs.ts';
import type { EngineRunOptions } from '../../../ports.ts';
import { Fault } from '../connection/fault.ts';
import type { Session } from '../connection/session.ts';
import { createSilence } from '../connection/silence.ts';
import { readFileOf, transferOut, wroteOutputs, type TransferredOut } from '../transfer/transfer-out.ts';
import type { Ending } from './wait.ts';
import { own } from '../../../model/own.ts';

const VALUES_LIMIT_BYTES = 1024 * 1024;

/** As long again as the task may take, and never less than this: a disk or a network may be slow where the task was quick. */
const STORING_SECONDS = 10 * 60;

export interface Results {
  readonly out: TransferredOut;
  readonly values: Readonly<Record<string, string>>;
}

interface Finished {
  readonly job: Job;
  readonly options: EngineRunOptions;
  readonly ending: Ending;
  readonly session: Session;
  readonly signal: AbortSignal;
}

/**
 * What a container that has ended well leaves: its values, then its outputs, for if a value is missing nothing needs
 * to be stored. A task that left more than can be stored in its time does not hold up its run for ever.
 */
export async function takeResults(
  container: Dockerode.Container,
  finished: Finished,
  isDoing: (what: string) => void,
): Promise<Results> {
  const { job, options, session } = finished;
  const seconds = Math.max(STORING_SECONDS, job.timeoutSeconds);
  const limit = createSilence(seconds);
  const signal = AbortSignal.any([finished.signal, limit.signal]);
  try {
    isDoing('reading its results');
    const values = await readValues(job, options, container, signal);
    isDoing('storing its outputs');
    if (
      job.outputs.rules.length === 0 &&
      !(await wroteOutputs(container, finished.ending.startedAt, signal))
    ) {
      return { out: { objects: [], undeclared: [] }, values };
    }
    const store = await session.openStore(job.outputs.store);
    const share = session.transferBudget.share();
    return { out: await transferOut(container, job, store, share, signal, session.mounts.remember), values };
  } catch (error) {
    if (!limit.signal.aborted || finished.signal.aborted) throw error;
    const message = `what it left in /outputs could not be read and stored within ${formatLimit(seconds)}; leave less there, or raise timeout-minutes`;
    throw new Fault({ kind: 'timeout', message, transient: false });
  } finally {
    limit.end();
  }
}

async function readValues(
  job: Job,
  { onWarning }: EngineRunOptions,
  container: Dockerode.Container,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (job.outputs.values.length === 0) return {};
  const text = (await readFileOf(container, '/sluice/output', VALUES_LIMIT_BYTES, signal)) ?? '';
  const parsed = parseOutputValues(text);
  if (!parsed.ok) throw new Fault({ kind: 'value-missing', message: parsed.reason, transient: false });
  const missing = job.outputs.values.filter((name) => own(parsed.values, name) === undefined);
  if (missing.length > 0) {
    const message = `${missing.join(', ')} ${missing.length === 1 ? 'was' : 'were'} declared as a value, but not written to $SLUICE_OUTPUT; write ${missing[0]}=… to it`;
    throw new Fault({ kind: 'value-missing', message, transient: false });
  }
  const [other, ...others] = Object.keys(parsed.values).filter((name) => !job.outputs.values.includes(name));
  if (other !== undefined) {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    onWarning?.(`Dropped from $SLUICE_OUTPUT, as no output declares it as a value: ${other}${more}`);
  }
  return Object.fromEntries(job.outputs.values.map((name) => [name, own(parsed.values, name) ?? '']));
}
