/** What the partner tells of service requests → changes of the graph's; and what it is asked where it wasn't heard. */
import { randomUUID } from 'node:crypto';
import type { AskEntity } from '@commonhold/kit/events/gaps.ts';
import type { AskChanges } from '@commonhold/kit/events/poll.ts';
import type { ChangeSchema } from '@commonhold/kit/events/take-in.ts';
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { ConsentDirectory } from '@commonhold/kit/tenancy/consents.ts';
import { decodeId, encodeId, PART, residenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Log } from '@commonhold/platform/log.ts';
import { z } from 'zod';
import { type CommunalClient, type CommunalVersions, createCommunalClient } from './client.ts';

const key = z.string().regex(PART);
const ASK_MILLISECONDS = 10_000;

const serviceRequestChanged = z.object({
  type: z.literal('service-request.changed'),
  companyId: z.string(),
  residenceRef: key,
  requestId: key,
  sequence: z.number().int().min(1),
  occurredAt: z.iso.datetime({ offset: true }),
});

export const changeSchema: ChangeSchema = (tenant) =>
  serviceRequestChanged.transform(({ residenceRef, requestId, sequence, occurredAt }) => ({
    kind: 'service-request-changed' as const,
    entity: {
      type: 'ServiceRequest',
      id: encodeId({ tenant, type: 'ServiceRequest', residence: residenceKey(residenceRef), key: requestId }),
    },
    sequence,
    occurredAt,
  }));

export interface AskParts {
  readonly partner: Partner<CommunalVersions>;
  readonly log: Log;
}

export function createAskServiceRequest(parts: AskParts & { readonly consents: ConsentDirectory }): AskEntity {
  return async ({ company, entity }, signal) => {
    const { residence, key: request } = decodeId(entity.id) ?? {};
    if (residence === undefined || request === undefined) return undefined;
    const question = { tenant: company, requestId: randomUUID(), signal };
    const allowed = await parts.consents.of(question).inForce([residence]);
    if (!allowed.has(residence)) return undefined;
    const [record] = await clientFor(parts, company, signal).serviceRequests([request]);
    return record?.residenceRef === residence ? { occurredAt: new Date().toISOString() } : undefined;
  };
}

/** Where the contract says that the partner is asked. What it answers names no more than its webhooks would. */
export function createAskChanges(parts: AskParts): AskChanges {
  return async (company, cursor, signal) => {
    const { items, cursor: next, more } = await clientFor(parts, company, signal).changes(cursor);
    return { items, cursor: next, isMore: more };
  };
}

function clientFor({ partner, log }: AskParts, tenant: TenantId, signal: AbortSignal): CommunalClient {
  const deadline = Date.now() + ASK_MILLISECONDS;
  const request = { principal: { tenant }, requestId: randomUUID(), isBackground: true, signal, log, deadline };
  return createCommunalClient(partner, request);
}
