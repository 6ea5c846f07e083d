import type { InstanceId } from '../../model/partition.ts';
import type { Knowledge, PlannedInstance } from '../../model/plan.ts';

/** What stands in the store of an instance. Undefined: nothing, or a void record, which is not a result. */
export function committedOutcome(knowledge: Knowledge, id: InstanceId): PlannedInstance['committed'] {
  if (!knowledge.manifests.has(id)) return undefined;
  switch (knowledge.exceptions.get(id)?.outcome) {
    case 'void':
      return undefined;
    case 'skipped':
      return 'skipped';
    case 'succeeded':
    case undefined:
      return 'succeeded';
  }
}
