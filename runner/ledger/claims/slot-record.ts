import { recordKind } from '../records/record.ts';
import { slotFields } from '../records/record-shapes.ts';

export const slotRecords = recordKind('the slot', slotFields, {
  remedy: 'delete it when no run works in its pool',
});
