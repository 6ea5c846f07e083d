import { usageError } from '../errors.ts';
import { readNumber } from '../model/exact-number.ts';
import { paramFlag, paramName } from '../model/flags.ts';
import { encodeValue } from '../model/partition.ts';
import type { DateRange, PlanRequest } from '../model/plan.ts';
import type { Pipeline, Scalar } from '../model/pipeline.ts';
import { isOfOwnGrain, parseRange, rangeOfFlags, type RangeOptions } from './range.ts';
import { parseRebuild, type RebuildOptions } from './rebuild.ts';
import type { Target } from './target.ts';
import { own, setOwn } from '../model/own.ts';

/** How it is asked for, as typed: `--from 2021-01-04 --to 2021-01-29 --rebuild stale --downstream`. */
export interface RequestOptions extends RebuildOptions, RangeOptions {
  readonly downstream?: boolean;
  /**
   * The instant it answers for, with its offset (`2021-01-29T18:00:00Z`): due times, ranges, `latest`, what is still
   * awaited. Claims, heartbeats and records keep the clock's. Default: the clock's.
   */
  readonly now?: string;
}

/** Turns what was typed into what is asked of a pipeline. Values are checked by the plan. */
export function createRequest(pipeline: Pipeline, target: Target, options: RequestOptions): PlanRequest {
  const params: Record<string, Scalar> = {};
  const times: Record<string, DateRange> = {};
  let range: DateRange = { kind: 'latest' };
  const give = (name: string, text: string): void => {
    const param = own(pipeline.params, name);
    setOwn(params, name, param === undefined || param.kind === 'time' ? text : scalar(text, param.type));
  };
  for (const [name, text] of Object.entries(target.params)) {
    const param = own(pipeline.params, name);
    if (param?.kind === 'time' && (name !== 'date' || isOfOwnGrain(param, text))) {
      setOwn(times, name, parseRange(name, text));
    } else if (name === 'date') range = parseRange(name, text);
    else give(name, text);
  }
  // In an instance that is named whole, a date is its key, not the last day of its period.
  for (const [name, text] of Object.entries(target.keys)) {
    if (own(pipeline.params, name)?.kind === 'time') setOwn(times, name, { kind: 'single', value: text });
    else give(name, text);
  }
  checkHashed(target);
  const flagged = rangeOfFlags(pipeline, target, options);
  if (flagged !== undefined) range = flagged;
  return {
    pipeline: pipeline.name,
    tasks: target.tasks,
    range,
    params,
    times,
    rebuild: parseRebuild(options, pipeline.rebuild),
    downstream: options.downstream === true,
    ...(options.now === undefined ? {} : { now: options.now }),
  };
}

/** A long value cannot be read back from its sha256: it is given beside the instance, and must be that one. */
function checkHashed({ hashed = {}, params, instance = '' }: Target): void {
  for (const [name, stored] of Object.entries(hashed)) {
    const given = own(params, name);
    if (given !== undefined && encodeValue(given) === stored) continue;
    throw usageError(
      'hashed-value',
      given === undefined
        ? `${instance} holds only the sha256 of a long value of \`${name}\``
        : `${paramName(name)} is not the value whose sha256 stands in ${instance}`,
      `give the value itself: ${paramFlag(name, '<value>')}`,
    );
  }
}

/** As its type says; a text that is none is left for the plan to refuse. */
function scalar(text: string, type: 'string' | 'number' | 'boolean' | 'choice'): Scalar {
  const number = readNumber(text);
  if (type === 'number' && number.kind === 'exact') return number.value;
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
