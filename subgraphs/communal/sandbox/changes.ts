/** What the sandbox partner tells of service requests, and what a test lets happen to them. */
import type { SandboxChanges } from '@commonhold/kit/sandbox/changes.ts';
import { Problem } from '@commonhold/kit/sandbox/problem.ts';
import { z } from 'zod';
import type { components } from '../partner/generated/v1.ts';
import type { SandboxEstate, SandboxServiceRequest } from './estate.ts';

export type ServiceRequestChanged = components['schemas']['ServiceRequestChanged'];

export function createTeller({
  tell,
}: SandboxChanges<ServiceRequestChanged>): (request: SandboxServiceRequest) => void {
  return ({ id, companyId, residenceRef }) =>
    tell(companyId, id, (counted) => ({ type: 'service-request.changed', residenceRef, requestId: id, ...counted }));
}

const happening = z.strictObject({
  serviceRequest: z.string(),
  status: z.enum(['open', 'assigned', 'in-progress', 'done', 'cancelled']),
});

/** For `POST /sandbox/changes`, such as `{ "serviceRequest": "req-…", "status": "done" }`. */
export function createHappening(
  estate: SandboxEstate,
  told: (request: SandboxServiceRequest) => void,
  now: () => Date,
): (wanted: unknown) => void {
  return (wanted) => {
    const { success, data } = happening.safeParse(wanted);
    const known = success ? estate.serviceRequests.get(data.serviceRequest) : undefined;
    if (!success || !known) throw new Problem(422, 'not-a-change', 'No such service request or status');
    const changed = { ...known, status: data.status, updatedAt: now().toISOString() };
    estate.serviceRequests.set(changed.id, changed);
    told(changed);
  };
}
