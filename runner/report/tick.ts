import type { TickReport } from '../model/report.ts';
import type { ReportState } from '../model/state.ts';
import type { Paint } from './paint.ts';
import { formatCounts, oneLine, reasonOf, shortId } from './words.ts';

/** What keeps an instance from being done, where nothing is to be done about it now. */
const LEFT: readonly ReportState[] = ['failed', 'blocked', 'waiting', 'running', 'missing', 'unknown'];
const MANY = 5;

/** Where a tick has had nothing to do in a pipeline: one line, and what is open with its reason. */
export function formatIdleTick(report: TickReport, paint: Paint): readonly string[] {
  const open = report.instances.filter(({ state }) => LEFT.includes(state));
  const counts = formatCounts(report.counts, paint.state);
  const lines = open.slice(0, MANY).map((instance) => {
    const { state, id } = instance;
    return `  ${paint.state(state, state)} ${shortId(id)}: ${oneLine(reasonOf(instance))}`;
  });
  const more = open.length > MANY ? [`  … and ${open.length - MANY} more: --json lists all`] : [];
  return [
    `${paint.bold(report.pipeline)}: nothing to do now: ${counts || 'nothing is due'}`,
    ...lines,
    ...more,
  ];
}
