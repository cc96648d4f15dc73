/** What of a service request says who has rights by it. */
import { residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceRequestRecord } from '../partner/records.ts';
import type { Assignment } from './assignments.ts';

/** One that is done or cancelled is assigned to nobody, whatever the partner keeps. */
export function assignmentOf(record: ServiceRequestRecord): Assignment {
  const isOver = record.status === 'done' || record.status === 'cancelled';
  return {
    request: record.id,
    residence: residenceKey(record.residenceRef),
    person: isOver ? null : (record.assigneeRef ?? null),
    deadline: record.deadline ?? null,
    asOf: record.updatedAt ?? record.createdAt,
  };
}
