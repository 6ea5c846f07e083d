import { StoreError } from '../../errors.ts';
import type { Cause } from '../../model/cause.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { BoundNeed } from '../../model/plan.ts';
import type { Manifest, ManifestInput } from '../../model/records.ts';
import type { NeedsContext } from '../expressions.ts';
import { nameBeside } from '../progress/name-beside.ts';
import type { Subject } from './work.ts';
import { own, setOwn } from '../../model/own.ts';

/** One need with what stands behind it now. */
export interface ReadNeed {
  readonly need: BoundNeed;
  readonly present: readonly Manifest[];
}

export interface Upstream {
  readonly needs: readonly ReadNeed[];
  readonly inputs: readonly ManifestInput[];
  readonly omitted: readonly { readonly need: string; readonly instance: InstanceId }[];
  readonly context: NeedsContext;
}

export type UpstreamRead =
  | { readonly kind: 'read'; readonly upstream: Upstream }
  | { readonly kind: 'broken'; readonly cause: Cause }
  /** Nothing is recorded of a member that must be there. */
  | { readonly kind: 'absent'; readonly member: InstanceId }
  /** Voided since this was planned: the next run makes it anew. */
  | { readonly kind: 'blocked'; readonly reason: string };

/** Reads the manifests of all that the instance needs: what it will see is fixed here. */
export async function readUpstream(work: Subject): Promise<UpstreamRead> {
  const absent = new Set(work.absent.map(({ need, instance }) => `${need}\n${instance}`));
  const needs: ReadNeed[] = [];
  const omitted: { need: string; instance: InstanceId }[] = [];
  for (const need of work.planned.needs) {
    if (isWrapper(work, need)) continue;
    const present: Manifest[] = [];
    for (const member of need.members) {
      const isAbsent = absent.has(`${need.name}\n${member}`);
      const read = isAbsent ? undefined : await readMember(work, member);
      if (read?.kind === 'broken') return read;
      if (read?.manifest.outcome === 'succeeded') {
        present.push(read.manifest);
      } else if (isAbsent || isForgiven(need) || read?.manifest.outcome === 'skipped') {
        omitted.push({ need: need.name, instance: member });
      } else if (read?.manifest.outcome === 'void') {
        return { kind: 'blocked', reason: blockedReason(work.planned.id, [member], read.manifest.reason) };
      } else {
        return { kind: 'absent', member };
      }
    }
    needs.push({ need, present });
  }
  return {
    kind: 'read',
    upstream: { needs, omitted, inputs: needs.flatMap(inputsOf), context: contextOf(work, needs) },
  };
}

type Member =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'broken'; readonly cause: Cause };

async function readMember({ environment }: Subject, member: InstanceId): Promise<Member | undefined> {
  try {
    const found = await environment.ledger.readManifest(member);
    return found === undefined ? undefined : { kind: 'manifest', manifest: found.manifest };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store-corrupt') throw error;
    return { kind: 'broken', cause: { kind: 'input-corrupt', message: error.message, transient: false } };
  }
}

/** Of another pipeline's members the plan has seen which are there; only one that is a need by itself must be. */
function isForgiven(need: BoundNeed): boolean {
  const isOne = need.single && (need.select === 'same' || need.select === 'around');
  return need.optional || (need.foreign && !isOne);
}

/** Words for what is not there any more: `by prices (objects gone): run again, and it is made anew first`. */
export function blockedReason(
  self: InstanceId,
  members: readonly InstanceId[],
  why = 'its result was removed',
): string {
  const names = members.slice(0, NAMED).map((member) => nameBeside(self, member));
  const more = members.length > NAMED ? ` and ${members.length - NAMED} more` : '';
  const foreign = members.find((member) => pipelineOf(member) !== pipelineOf(self));
  const then =
    foreign === undefined
      ? `run again, and ${members.length === 1 ? 'it is' : 'they are'} made anew first`
      : `make that anew, then run again: sluice run ${foreign}`;
  return `by ${names.join(', ')}${more} (${why}): ${then}`;
}

const NAMED = 5;

function pipelineOf(id: InstanceId): string {
  return id.slice(0, id.indexOf('/'));
}

/** Of a run, which starts nothing before what it needs is there. */
export function clearedMeanwhile(member: InstanceId): Cause {
  return {
    kind: 'input-corrupt',
    message: `Expected the result of ${member}, which was there when this was planned, found none. It was cleared meanwhile: run again.`,
    transient: false,
  };
}

/** A wrapper is never stored: a need on it only orders. */
function isWrapper({ environment }: Subject, need: BoundNeed): boolean {
  return own(environment.pipelines.get(need.pipeline)?.tasks, need.task)?.kind === 'wrapper';
}

function inputsOf({ need, present }: ReadNeed): readonly ManifestInput[] {
  return present.map((manifest) => ({
    need: need.name,
    instance: manifest.instance,
    attempt: manifest.attempt,
    contentDigest: manifest.contentDigest,
  }));
}

function contextOf(work: Subject, needs: readonly ReadNeed[]): NeedsContext {
  const context: Record<string, NeedsContext[string]> = {};
  for (const need of work.planned.needs) setOwn(context, need.name, { result: 'success', outputs: {} });
  for (const { need, present } of needs) {
    setOwn(context, need.name, {
      result: present.length === 0 ? 'skipped' : 'success',
      // Of several instances none is the one that is meant; `spec` has refused to read them.
      outputs: need.single ? (present[0]?.values ?? {}) : {},
    });
  }
  return context;
}
