/** `POST /assignments`: the communal subgraph tells to whom its partner's service requests are assigned. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { PART, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { assignmentDifferences, GREATEST_LIST } from '../records/assignment-differences.ts';
import { noteAssignment, subjectOf } from '../records/assignments.ts';

const GREATEST_REPORT = 100;

const key = z.string().regex(PART);
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const claims = z.object({ tenant: z.string().transform(tenantId) });
const assignment = z.object({
  request: key,
  residence: key.transform(residenceKey),
  person: key.nullable(),
  deadline: instant.nullable(),
  asOf: instant,
});
const body = z.object({
  assignments: z.array(assignment).max(GREATEST_REPORT).default([]),
  listed: z.array(assignment).max(GREATEST_LIST).optional(),
  persons: z.array(key).max(GREATEST_REPORT).default([]),
});

/**
 * Adds the route. Token claims `{ tenant }`, body `{ assignments: [{ request, residence, person, deadline, asOf }] }` →
 * `{ unknown }`: the requests whose residence or person isn't the company's. `person: null`: assigned to nobody, or over.
 * With `{ persons }`: those of them to whom nothing can be assigned are `absent`. With `{ listed }`, of the same form,
 * nothing changes: those of which something else is held here are `changed`, open ones that it leaves out are `missing`.
 * Each assignment has a transaction of its own: none waits for a lock while it holds what another one wants.
 */
export function serveAssignments(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/assignments', async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['communal']));
    const report = body.safeParse(request.body);
    if (!report.success) return reply.code(400).send({ error: 'Bad Request' });
    const unknown: string[] = [];
    for (const told of report.data.assignments) {
      const noted = await inTenant(tenant, (transaction) => noteAssignment(transaction, tenant, told));
      if (noted === 'unknown') unknown.push(told.request);
    }
    return inTenant(tenant, async (transaction) => {
      const absent: string[] = [];
      for (const person of report.data.persons) {
        if ((await subjectOf(transaction, person)) === undefined) absent.push(person);
      }
      const { listed } = report.data;
      const differences = listed ? await assignmentDifferences(transaction, listed) : { changed: [], missing: [] };
      return { unknown, absent, ...differences };
    });
  });
}
