import { lackingIn, lackingReason } from '../../plan/staleness/lacking.ts';
import { nameBeside } from '../progress/name-beside.ts';
import type { Upstream } from './upstream.ts';
import type { Subject } from './work.ts';
import { own } from '../../model/own.ts';

/** Nothing starts, and no `skipped` is decided, on a value or file that a result of before does not have. */
export function refuseLacking(
  { planned, task, environment }: Subject,
  { needs }: Upstream,
): { readonly kind: 'blocked'; readonly reason: string } | undefined {
  const lacking = needs.flatMap(({ need, present }) => {
    const rule = task.needs.find(({ name }) => name === need.name);
    const target = own(environment.pipelines.get(need.pipeline)?.tasks, need.task);
    if (rule === undefined || target === undefined) return [];
    return present.flatMap((manifest) => lackingIn(task, rule, target, manifest) ?? []);
  });
  if (lacking.length === 0) return undefined;
  return { kind: 'blocked', reason: lackingReason(lacking, (id) => nameBeside(planned.id, id)) };
}
