import type { DateRange, DueRequest, PlanRequest, Rebuild } from '../../model/plan.ts';
import { own } from '../../model/own.ts';
import {
  flag,
  listOf,
  mapOf,
  objectOf,
  oneOf,
  optional,
  scalar,
  text,
  time,
  type Expectation,
  type Fields,
} from './expectation.ts';
import { instance, pipeline, run } from './names.ts';

/** By the kind of range; whether a date is one is for the plan to say. */
const RANGES: { readonly [Kind in DateRange['kind']]: Expectation } = {
  latest: objectOf<Extract<DateRange, { kind: 'latest' }>>({ kind: text }),
  today: objectOf<Extract<DateRange, { kind: 'today' }>>({ kind: text }),
  single: objectOf<Extract<DateRange, { kind: 'single' }>>({ kind: text, value: text }),
  range: objectOf<Extract<DateRange, { kind: 'range' }>>({ kind: text, from: text, to: text }),
};

const range: Expectation = (value, path) => {
  const wrong = objectOf<{ kind: string }>({ kind: oneOf(...Object.keys(RANGES)) })(value, path);
  if (wrong !== undefined) return wrong;
  return own(RANGES, (value as { readonly kind: string }).kind)?.(value, path);
};

const rebuildFields: Fields<Rebuild> = {
  missing: flag,
  failed: flag,
  stale: flag,
  all: flag,
  since: optional(run),
};

/** A request that comes back from a record or a file; its values are checked by the plan, as typed ones are. */
export const requestFields: Fields<PlanRequest> = {
  pipeline,
  tasks: listOf(text),
  range,
  params: mapOf(scalar),
  times: mapOf(range),
  rebuild: objectOf(rebuildFields),
  downstream: flag,
  now: optional(text),
  due: optional(objectOf<DueRequest>({ since: mapOf(time), failures: listOf(instance) })),
  instances: optional(listOf(instance)),
};

/** By `pipeline/task`, by what is written of it. */
export const definition: Expectation = mapOf(mapOf(text));
