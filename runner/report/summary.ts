import type { InstanceId } from '../model/partition.ts';
import type { Report, ReportInstance } from '../model/report.ts';
import type { ReportState } from '../model/state.ts';
import { quoteWord } from '../model/quote-word.ts';
import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { rebuildWords, staleWords } from './stale-words.ts';
import type { Surroundings } from './surroundings.ts';
import { formatCounts, formatDuration, formatNames, reasonOf, shortId, oneLine } from './words.ts';

const MANY = 10;

/** What a person reads at the end: what ran, failed and did not run, with cause, last lines and the next command. */
export function formatSummary(report: Report, paint: Paint, surroundings: Surroundings): string {
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const failed = report.instances.filter((instance) => instance.state === 'failed');
  const lines: string[] = [];
  for (const instance of failed.slice(0, MANY)) lines.push(...failure(instance, report, paint), '');
  if (failed.length > MANY) lines.push(paint.red(`… and ${failed.length - MANY} more failed`), '');
  lines.push(...notRun(report, paint), ...published(report, paint, surroundings));
  const counts = formatCounts(report.counts, paint.state);
  const stale = staleLine(report, paint, surroundings);
  if (isIdle(report))
    return surroundings.complete(
      [...lines, `${paint.bold(report.pipeline)}: nothing to do: ${counts}`, ...stale].join('\n'),
    );
  lines.push(
    `${paint.bold(`${report.pipeline} ${headline(report)}`)} in ${formatDuration(seconds)}: ${counts}`,
    ...stale,
  );
  const next = nextStep(report, failed, surroundings);
  if (next !== undefined) lines.push(`${paint.dim(`${next.title}:`)} ${next.text}`);
  return surroundings.complete(lines.join('\n'));
}

function staleLine({ stale }: Report, paint: Paint, { rebuildStale }: Surroundings): string[] {
  if (stale === undefined) return [];
  return [`${paint.yellow('Stale:')} ${staleWords(stale)}: ${rebuildWords(stale, rebuildStale)}`];
}

/** What did not use the setting that was asked for has ended, and no more. */
function headline({ outcome, stale }: Report): string {
  return outcome === 'succeeded' && stale !== undefined && stale.unused.length > 0 ? 'ended' : outcome;
}

const AT_REST: readonly ReportState[] = ['done', 'stale', 'skipped', 'lost', 'not-in-range'];

function isIdle(report: Report): boolean {
  return (
    report.outcome === 'succeeded' &&
    report.published.length === 0 &&
    report.instances.every(({ state, attempt }) => AT_REST.includes(state) && attempt === undefined)
  );
}

function failure(instance: ReportInstance, report: Report, paint: Paint): string[] {
  const where = instance.attempt === undefined ? '' : paint.dim(` (attempt ${instance.attempt})`);
  const tolerated = instance.continueOnError === true ? paint.dim(' (continue-on-error)') : '';
  // One that failed in an earlier run was not tried in this one.
  const run = instance.attempt === undefined ? '' : ` --run ${report.run}`;
  return [
    `${paint.red('failed')} ${paint.bold(shortId(instance.id))}${where}${tolerated}`,
    ...reasonOf(instance)
      .split('\n')
      .map((line) => `  ${line}`),
    ...(instance.lastLines ?? []).slice(-MANY).map((line) => `  ${paint.dim('│')} ${taskLine(line)}`),
    `  ${paint.dim('log:  ')} sluice logs ${quoteWord(instance.id)}${run}`,
    `  ${paint.dim('again:')} sluice repro ${quoteWord(instance.id)} --exec`,
  ];
}

/** Blocked by nothing that failed or waits: its own reason says what to do. */
function saysItself({ state, blockedBy }: ReportInstance): boolean {
  return state === 'blocked' && blockedBy === undefined;
}

const NOT_RUN: readonly ReportState[] = [
  'unpublished',
  'missing',
  'blocked',
  'waiting',
  'cancelled',
  'lost',
  'unknown',
];

interface Group {
  readonly first: ReportInstance;
  readonly ids: InstanceId[];
  /** One that ran: what it printed until then is what one wants to see. */
  withLog?: InstanceId;
}

/** Instances that did not run, or not to their end: told once per first cause. */
function notRun(report: Report, paint: Paint): string[] {
  const groups = new Map<string, Group>();
  for (const instance of report.instances) {
    if (!NOT_RUN.includes(instance.state)) continue;
    const key = `${instance.state} ${reasonOf(instance)}`;
    const group = groups.get(key) ?? { first: instance, ids: [] };
    group.ids.push(instance.id);
    if (instance.seconds !== undefined) group.withLog ??= instance.id;
    groups.set(key, group);
  }
  const lines = [...groups.values()].map(({ first, ids, withLog }) => {
    const line = `${paint.state(first.state, first.state)} ${formatNames(ids)}: ${oneLine(reasonOf(first))}`;
    if (withLog === undefined) return line;
    return `${line}\n  ${paint.dim('log:  ')} sluice logs ${quoteWord(withLog)} --run ${report.run}`;
  });
  const shown = lines.slice(0, MANY);
  if (lines.length > MANY) shown.push(`… and ${lines.length - MANY} more causes: --json lists all`);
  return shown.length > 0 ? [...shown, ''] : [];
}

function published(report: Report, paint: Paint, { publishedAt }: Surroundings): string[] {
  const last = report.published.at(-1);
  if (last === undefined) return [];
  const more = report.published.length > 1 ? ` and ${report.published.length - 1} more` : '';
  return [`${paint.dim('published')} ${oneLine(publishedAt(last))}${more}`];
}

const MADE: readonly ReportState[] = ['succeeded', 'unchanged'];

/** What the same command would do once its cause is mended. */
function isHeldUp({ state }: ReportInstance): boolean {
  return state === 'blocked' || state === 'waiting' || state === 'missing' || state === 'cancelled';
}

function nextStep(
  report: Report,
  failed: readonly ReportInstance[],
  { resume }: Surroundings,
): { readonly title: string; readonly text: string } | undefined {
  const goesOn = resume?.(report.run);
  if (report.outcome === 'cancelled')
    return { title: 'Next', text: goesOn ?? 'the same command again continues where this stopped' };
  if (failed.length > 0 && failed.every(({ hook }) => hook === true))
    return { title: 'Next', text: 'mend the cause; a hook follows the next run in which something runs' };
  const [first] = failed;
  if (first !== undefined && failed.every(({ added }) => added === true) && !report.instances.some(isHeldUp))
    return { title: 'Next', text: `mend the cause, then: sluice run ${quoteWord(first.id)}` };
  if (failed.length > 0 || report.outcome === 'failed')
    return {
      title: 'Next',
      text: `mend the cause, then ${goesOn ?? 'the same command again: only what is left is done'}`,
    };
  if (report.outcome === 'incomplete' && !report.instances.some(saysItself))
    return { title: 'Next', text: `${goesOn ?? 'the same command again'}, later: only what is left is done` };
  const made = report.instances.findLast(({ state, hasFiles }) => hasFiles === true && MADE.includes(state));
  return made === undefined || !report.instances.some(({ state }) => state === 'succeeded')
    ? undefined
    : { title: 'Results', text: `sluice get ${quoteWord(made.id)} --to out` };
}
