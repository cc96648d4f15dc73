/**
 * `POST /access`: the gateway asks what a subject may do at this instant, with a token of a login that may have ended.
 */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Briefing } from '../briefing/briefing.ts';
import type { InTenant } from '../database/tenant-transaction.ts';
import { readAccess, readUnchangedFor } from '../records/access.ts';
import { hasEnded, readVersion } from '../records/access-changes.ts';
import { isBriefingDue } from '../records/briefings.ts';
import { haveLoginsEnded } from '../records/deprovisioning.ts';
import type { GrantUses } from '../uses/grant-uses.ts';

const claims = z.object({ tenant: z.string().transform(tenantId), sub: z.string().min(1).max(255) });

const login = z
  .object({
    token: z.string().max(255).optional(),
    session: z.string().max(255).optional(),
    loggedInAt: z.int().optional(),
  })
  .nullish();

export interface AccessParts {
  readonly identity: ServiceIdentity;
  readonly inTenant: InTenant;
  readonly uses: GrantUses;
  readonly briefing: Briefing;
}

/**
 * Adds the route. Token claims `{ tenant, sub }`, body `{ token?, session?, loggedInAt? }` or none →
 * `{ active, kind, grants: [{ role, residences? }], breakGlass?: [residence], briefingDue?: true, version, unchangedFor }`:
 * all changes up to `version` are in it, and unless another one is told, it stays so for `unchangedFor` milliseconds
 * (null: for good). The gateway asks for the sake of operations: whatever it is told of counts as used today.
 */
export function serveAccess(server: FastifyInstance, { identity, inTenant, uses, briefing }: AccessParts): void {
  server.post('/access', async (request) => {
    const { tenant, sub } = claims.parse(await authenticateService(request, identity, ['gateway']));
    const keys = login.parse(request.body);
    const { used, answer } = await inTenant(tenant, async (transaction) => {
      const version = await readVersion(transaction);
      const unchangedFor = await readUnchangedFor(transaction, sub);
      const access = await readAccess(transaction, sub);
      const { active, kind, grants, breakGlass } = access;
      const isOver = keys && ((await hasEnded(transaction, keys)) || (await haveLoginsEnded(transaction, sub, keys)));
      const isActive = active && !isOver;
      const isBroken = isActive && breakGlass.length > 0;
      const held = isActive ? grants : [];
      const isDue = isActive && isBriefingDue(access, briefing.version);
      return {
        used: held.map(({ key }) => key),
        answer: {
          active: isActive,
          kind,
          grants: held.map(({ role, residences }) => ({ role, residences })),
          ...(isBroken && { breakGlass }),
          ...(isDue && { briefingDue: true }),
          version,
          unchangedFor,
        },
      };
    });
    uses.note(tenant, used);
    return answer;
  });
}
