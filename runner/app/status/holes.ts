import { ProblemsError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import { holesIn, requestOfAll, type Holes } from '../../plan/holes.ts';

/** Of these pipelines, those with the newest holes first. What cannot be planned is told by `check` and `plan`. */
export async function findHoles(
  ledger: Pick<Ledger, 'readKnowledge'>,
  pipelines: readonly Pipeline[],
  nowMs: number,
  isMeant: (pipeline: string) => boolean = () => true,
): Promise<readonly Holes[]> {
  const [{ scopeOf }, { makePlan }] = await Promise.all([
    import('../../plan/scope/scope.ts'),
    import('../../plan/plan.ts'),
  ]);
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const now = new Date(nowMs).toISOString();
  const holes: Holes[] = [];
  for (const pipeline of pipelines) {
    const request = isMeant(pipeline.name) ? requestOfAll(pipeline, nowMs) : undefined;
    if (request === undefined) continue;
    const scope = unlessMistaken(() => scopeOf(byName, request, now));
    if (scope === undefined) continue;
    const knowledge = await ledger.readKnowledge(scope.ranges, { contents: false });
    holes.push(...holesIn(makePlan(byName, scope, knowledge, now), pipeline));
  }
  return holes.sort((a, b) => (a.to < b.to ? 1 : a.to > b.to ? -1 : 0));
}

function unlessMistaken<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof ProblemsError) return undefined;
    throw error;
  }
}
