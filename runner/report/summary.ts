import type { Report, ReportInstance } from '../model/report.ts';
import type { Paint } from './paint.ts';
import { formatCounts, formatDuration, shortId } from './words.ts';

const MANY = 10;

/** What a person reads at the end: what ran, failed and did not run, with cause, last lines and the next command. */
export function formatSummary(report: Report, paint: Paint): string {
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const failed = report.instances.filter((instance) => instance.state === 'failed');
  const lines: string[] = [];
  for (const instance of failed.slice(0, MANY)) lines.push(...failure(instance, report, paint), '');
  if (failed.length > MANY) lines.push(paint.red(`… and ${failed.length - MANY} more failed`), '');
  lines.push(...notRun(report, paint));
  lines.push(...published(report, paint));
  const outcome = report.outcome === 'succeeded' ? 'succeeded' : report.outcome;
  lines.push(
    `${paint.bold(`${report.pipeline} ${outcome}`)} in ${formatDuration(seconds)}: ${formatCounts(report.counts, paint.state)}`,
  );
  const next = nextCommand(report, failed);
  if (next !== undefined) lines.push(`${paint.dim('Next:')} ${next}`);
  return lines.join('\n');
}

function failure(instance: ReportInstance, report: Report, paint: Paint): string[] {
  const where = instance.attempt === undefined ? '' : paint.dim(` (attempt ${instance.attempt})`);
  return [
    `${paint.red('failed')} ${paint.bold(shortId(instance.id))}${where}${instance.continueOnError === true ? paint.dim(' (continue-on-error)') : ''}`,
    `  ${instance.reason}`,
    ...(instance.lastLines ?? []).slice(-MANY).map((line) => `  ${paint.dim('│')} ${line}`),
    `  ${paint.dim('log:  ')} sluice logs ${instance.id}${report.run === '' ? '' : ` --run ${report.run}`}`,
    `  ${paint.dim('again:')} sluice repro ${instance.id} --exec`,
  ];
}

/** Instances that did not run, told once per cause. */
function notRun(report: Report, paint: Paint): string[] {
  const groups = new Map<string, ReportInstance[]>();
  for (const instance of report.instances) {
    if (!['blocked', 'waiting', 'cancelled', 'lost', 'unknown'].includes(instance.state)) continue;
    const key = `${instance.state} ${instance.reason}`;
    groups.set(key, [...(groups.get(key) ?? []), instance]);
  }
  const lines = [...groups.values()].map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    const names = group.slice(0, 3).map((instance) => shortId(instance.id));
    const more = group.length > names.length ? ` and ${group.length - names.length} more` : '';
    return `${paint.state(first.state, first.state)} ${names.join(', ')}${more}: ${first.reason}`;
  });
  const shown = lines.slice(0, MANY);
  if (lines.length > MANY) shown.push(`… and ${lines.length - MANY} more causes: sluice status`);
  return shown.length > 0 ? [...shown, ''] : [];
}

function published(report: Report, paint: Paint): string[] {
  if (report.published.length === 0) return [];
  const last = report.published.at(-1) ?? '';
  const more = report.published.length > 1 ? ` and ${report.published.length - 1} more` : '';
  return [`${paint.dim('published')} ${last}${more}`];
}

function nextCommand(report: Report, failed: readonly ReportInstance[]): string | undefined {
  if (report.outcome === 'cancelled') return 'the same command again continues where this stopped';
  if (failed.length > 0) return 'mend the cause, then the same command again: only what is missing runs';
  if (report.outcome === 'incomplete') return 'the same command again, later: only what is missing runs';
  return undefined;
}
