import { momentMs } from '../../calendar/moment.ts';
import type { KeptInstance, KeptPlan } from '../../model/kept-plan.ts';
import { own } from '../../model/own.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { Plan, PlannedInstance } from '../../model/plan.ts';
import { FINGERPRINT_PARTS, type Fingerprint } from '../../model/records.ts';
import { definitionChanges, definitionOf } from './definition.ts';
import { timeKeyOf } from '../scope/time-keys.ts';

/** The version of the file. */
export const KEPT_PLAN_SCHEMA = 1;

/** What a plan says and rests on, for a file. `store`: that it was made for, where there is one. */
export function keepPlan(
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  store: string | undefined,
): KeptPlan {
  const places = new Map<string, number>();
  const fingerprints: Fingerprint[] = [];
  const placeOf = (fingerprint: Fingerprint): number => {
    const text = FINGERPRINT_PARTS.map((part) => fingerprint[part]).join(' ');
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, fingerprints.length);
    return fingerprints.push(fingerprint) - 1;
  };
  const instances = plan.instances.map(({ id, state, action, manifestEtag, fingerprint }): KeptInstance => ({
    id,
    state,
    action,
    ...(action === 'none' || manifestEtag === undefined ? {} : { manifestEtag }),
    ...(fingerprint === undefined ? {} : { fingerprint: placeOf(fingerprint) }),
  }));
  return {
    kind: 'plan',
    schema: KEPT_PLAN_SCHEMA,
    pipeline: plan.pipeline,
    ...(store === undefined ? {} : { store }),
    at: plan.at,
    request: plan.request,
    definition: definitionOf(pipelines, plan),
    fingerprints,
    instances,
  };
}

/**
 * What has moved between a kept plan and the same plan made now, in words; empty: it holds. `nowMs` is the clock's:
 * what could only be had until then is not made any more, whatever moment the plan answers for.
 */
export function whatMoved(
  kept: KeptPlan,
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  store: string,
  nowMs: number,
): readonly string[] {
  if (kept.store !== undefined && kept.store !== store) {
    return [`it was made for the store ${kept.store}, and this one is ${store}`];
  }
  const changes = definitionChanges(kept.definition, definitionOf(pipelines, plan));
  const before = new Map(kept.instances.map((instance) => [instance.id, instance]));
  const moved: string[] = [];
  for (const instance of plan.instances) {
    const old = before.get(instance.id);
    before.delete(instance.id);
    const difference =
      old === undefined
        ? `was not part of it, and is ${instance.state} now`
        : (differenceOf(kept, old, instance) ?? passed(instance, pipelines, nowMs));
    if (difference !== undefined) moved.push(`${instance.id} ${difference}`);
  }
  for (const { id, state } of before.values())
    moved.push(`${id} was ${state}, and is no part of it any more`);
  return [...changes, ...moved];
}

function differenceOf(kept: KeptPlan, old: KeptInstance, now: PlannedInstance): string | undefined {
  if (old.state !== now.state) return `was ${old.state}, and is ${now.state} now`;
  if (old.action !== now.action) return `was to ${DOES[old.action]}, and is to ${DOES[now.action]} now`;
  if (now.action !== 'none' && old.manifestEtag !== now.manifestEtag) return 'has another result now';
  const [was, is] = [kept.fingerprints[old.fingerprint ?? -1], now.fingerprint];
  const parts = FINGERPRINT_PARTS.filter((part) => was?.[part] !== is?.[part]);
  return parts.length === 0 ? undefined : `is made of something else now: ${parts.join(', ')}`;
}

const DOES = {
  none: 'stay',
  run: 'run',
  compare: 'be compared',
  expand: 'run its legs',
  publish: 'be published',
} as const;

function passed(
  { pipeline, task, keys, action, state }: PlannedInstance,
  pipelines: ReadonlyMap<string, Pipeline>,
  nowMs: number,
): string | undefined {
  if (action !== 'run' && action !== 'compare') return undefined;
  const defined = pipelines.get(pipeline);
  const { until, timeKey } = own(defined?.tasks, task) ?? {};
  if (defined === undefined || until === undefined || timeKey === undefined) return undefined;
  const key = timeKeyOf(defined, timeKey);
  const value = own(keys, timeKey);
  if (key === undefined || value === undefined) return undefined;
  const untilMs = momentMs(until, key, value);
  return untilMs > nowMs
    ? undefined
    : `was ${state}, and could be had until ${new Date(untilMs).toISOString()}`;
}
