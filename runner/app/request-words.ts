import { paramFlag } from '../model/flags.ts';
import { keyText } from '../model/partition.ts';
import type { RebuildWord } from '../model/pipeline.ts';
import type { DateRange, PlanRequest, Rebuild } from '../model/plan.ts';
import { quoteWord } from '../model/quote-word.ts';

/**
 * What is typed to ask for the same: the pipeline and all that stands after it, for a shell.
 *
 * @param byDefault what the pipeline adds to `--rebuild` where no flag says it.
 * @example
 * requestWords(kept.request); // sales clean --date 2021-01-04..2021-01-29 --rebuild stale
 */
export function requestWords(request: PlanRequest, byDefault: readonly RebuildWord[] = []): string {
  const { pipeline, tasks, range, params, times, rebuild, downstream, now } = request;
  return [
    ...[pipeline, ...tasks].map(quoteWord),
    ...rangeWords(range),
    ...Object.entries(times).map(([name, values]) => paramFlag(name, quoteWord(timeText(name, values)))),
    ...Object.entries(params).map(([name, value]) => paramFlag(name, quoteWord(keyText(value)))),
    ...rebuildWords(rebuild, byDefault),
    ...(downstream ? ['--downstream'] : []),
    ...(now === undefined ? [] : [`--now ${quoteWord(now)}`]),
  ].join(' ');
}

function rangeWords(range: DateRange): readonly string[] {
  return range.kind === 'latest' ? [] : [`--date ${quoteWord(rangeText(range))}`];
}

function rangeText(range: DateRange): string {
  switch (range.kind) {
    case 'latest':
    case 'today':
      return range.kind;
    case 'single':
      return range.value;
    case 'range':
      return `${range.from}..${range.to}`;
  }
}

/** After `--date` a month alone would be a mistaken day, and from itself to itself is a month. */
function timeText(name: string, values: DateRange): string {
  const text = rangeText(values);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  return name === 'date' && values.kind === 'single' && !isDay ? `${text}..${text}` : text;
}

function rebuildWords(
  { missing, failed, stale, all, since }: Rebuild,
  byDefault: readonly RebuildWord[],
): readonly string[] {
  if (all)
    return [
      `--rebuild ${stale ? 'stale,all' : 'all'}`,
      ...(since === undefined ? [] : [`--resume ${since}`]),
    ];
  const only = Object.entries({ missing, failed, stale }).flatMap(([word, isAsked]) =>
    isAsked ? [word] : [],
  );
  if (!missing || !failed) return [`--only ${only.join(',')}`];
  if (stale) return ['--rebuild stale'];
  return byDefault.length === 0 ? [] : [`--only ${only.join(',')}`];
}
