import { recordKind } from './record.ts';
import { slotFields } from './record-shapes.ts';

export const slotRecords = recordKind('the slot', slotFields, 'delete it when no run works in its pool');
