/** What a partner has told of one of its objects: that it changed, and nothing of how. */
import { z } from 'zod';
import { decodeId, type OpaqueId, tenantId } from '../tenancy/ids.ts';

export const partnerChange = z.object({
  /** The partner's own id of what it told: unique for the company. */
  id: z.string().min(1).max(255),
  kind: z.enum(['device-changed', 'service-request-changed']),
  company: z.string().transform(tenantId),
  /** Its GraphQL type, and the id that the graph knows it by. */
  entity: z.object({ type: z.string(), id: z.custom<OpaqueId>((value) => decodeId(value) !== undefined) }),
  alarm: z.enum(['leak', 'lock']).exactOptional(),
  occurredAt: z.iso.datetime({ offset: true }),
  /** Which of the entity's changes it is, where the partner counts them. */
  sequence: z.number().int().nonnegative().exactOptional(),
});

export type PartnerChange = z.output<typeof partnerChange>;
