import { ProblemsError, usageError } from '../../errors.ts';
import type { KeptPlan } from '../../model/kept-plan.ts';
import { keepPlan, whatMoved } from '../../plan/kept/kept-plan.ts';
import { paramName } from '../../model/flags.ts';
import { quoteWord } from '../../model/quote-word.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { planPipeline, type Planned } from '../planned.ts';
import { requestWords } from '../request-words.ts';
import { writeKeptPlan } from './file.ts';

/**
 * The plan that a file holds, made anew and found to be the same: running it does exactly what was seen.
 *
 * @param path of the file, as typed.
 * @throws ProblemsError for a file that is no plan, and naming what has moved since it was made.
 */
export async function planAsKept(asked: AskedPipeline, path: string, kept: KeptPlan): Promise<Planned> {
  refuseMore(asked, path, kept);
  const { clock } = asked.opened;
  const planned = await planPipeline(asked, { request: kept.request, now: kept.at });
  const { plan, pipelines, ledger } = planned;
  const moved = whatMoved(kept, plan, pipelines, ledger.storeId, clock.now());
  if (moved.length === 0) return { ...planned, nowMs: () => clock.now() };
  const more = moved.length > TOLD ? [`… and ${moved.length - TOLD} more`] : [];
  const told = [...moved.slice(0, TOLD), ...more];
  const words = requestWords(kept.request, asked.pipeline.rebuild);
  const fix = `look at what there is to do now, and keep that: sluice plan ${words} --out ${quoteWord(path)}`;
  throw new ProblemsError(
    told.map((message, at) => ({
      severity: 'error',
      code: 'plan-moved',
      message: `the plan in ${path} does not hold any more: ${message}`,
      // One thing mends them all: it stands below the last.
      ...(at === told.length - 1 ? { fix } : {}),
    })),
  );
}

/** Of thousands the first few say enough. */
const TOLD = 10;

/** Keeps a plan in a file. */
export async function keepPlanned(
  { plan, pipelines, ledger, asked }: Pick<Planned, 'plan' | 'pipelines' | 'ledger' | 'asked'>,
  path: string,
): Promise<void> {
  // Where there is no store yet, an empty one in memory has stood for it.
  const store = ledger.store.ref.kind === 'memory' ? undefined : ledger.storeId;
  await writeKeptPlan(path, asked.options.cwd, keepPlan(plan, pipelines, store));
}

/** What runs is in the plan: another word on it could only contradict. */
function refuseMore({ pipeline, target }: AskedPipeline, path: string, kept: KeptPlan): void {
  if (pipeline.name !== kept.pipeline) {
    throw usageError(
      'other-plan',
      `the plan in ${path} is of pipeline ${kept.pipeline}, not of ${pipeline.name}`,
    );
  }
  const given = [...target.tasks, ...Object.keys(target.params).map(paramName)];
  if (given.length === 0 && Object.keys(target.keys).length === 0) return;
  throw usageError(
    'said-twice',
    `the plan in ${path} says what runs, and ${given.join(' ') || 'an instance'} is given beside it`,
    'leave one of them out',
  );
}
