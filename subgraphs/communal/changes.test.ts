/** What happens at a partner that has no webhooks, or has them. */
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { type FollowedEvents, followForTests } from '@commonhold/kit/testing/followed-events.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SandboxServiceRequest } from './sandbox/estate.ts';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const DISPATCHER = claimsOf('DISPATCHER', 'northgate');
const UPDATE =
  'mutation ($input: UpdateServiceRequestInput!) { updateServiceRequest(input: $input) { serviceRequest { status } } }';
const QUERY = `query ($id: ID!) {
  _entities(representations: [{ __typename: "ServiceRequest", id: $id }]) { ... on ServiceRequest { status } }
}`;

describe.each([
  [
    'tells by webhooks',
    {
      delivery: 'webhooks',
      signature: 'standard-webhooks',
      types: ['service-request.changed'],
      toleranceSeconds: 300,
      requestsPerSecond: 100,
      requestsPerSecondAndCompany: 100,
    },
  ],
  ['is asked', { delivery: 'polling', path: '/changes/query', types: ['service-request.changed'], everySeconds: 0.1 }],
] as const)('a partner that %s', (_, { types, ...agreed }) => {
  let communal: CommunalForTests;
  let followed: FollowedEvents;
  beforeAll(async () => {
    communal = await startCommunal({ events: { ...agreed, types: [...types] } });
    followed = await followForTests('communal', communal.url, await communal.identityOf('gateway'));
    if (agreed.delivery === 'polling') await untilAsked();
  });
  afterAll(async () => {
    await followed.close();
    await communal.stop();
  });

  /** For both companies: the first question gives the cursor of now. */
  async function untilAsked(): Promise<void> {
    const asked = new Set<string | undefined>();
    while (asked.size < 2) for (const { company } of await communal.calls()) asked.add(company);
  }

  /** Requests of northgate, of which nothing was told so far. */
  function requestAt(index: number): { readonly request: SandboxServiceRequest; readonly id: string } {
    const all = [...communal.estate.serviceRequests.values()];
    const request = all.filter(({ companyId, status }) => companyId === 'northgate' && status === 'open')[index];
    if (!request) throw new Error('no such request');
    const residence = residenceKey(request.residenceRef);
    return {
      request,
      id: encodeId({ tenant: tenantId('northgate'), type: 'ServiceRequest', residence, key: request.id }),
    };
  }

  it('lets the gateway know what it did by itself, which is there for whoever asks then', async () => {
    const { request, id } = requestAt(0);
    expect(await communal.ask(DISPATCHER, QUERY, { id })).toEqual({ data: { _entities: [{ status: 'OPEN' }] } });
    await communal.happen({ serviceRequest: request.id, status: 'done' });
    const told = await followed.until(({ entity }) => entity.id === id);
    expect(told).toMatchObject({ kind: 'service-request-changed', company: 'northgate', isLate: false });
    expect(told.entity.type).toBe('ServiceRequest');
    expect(await communal.ask(DISPATCHER, QUERY, { id })).toEqual({ data: { _entities: [{ status: 'DONE' }] } });
  });

  it('lets it know what it was ordered to do', async () => {
    const { id } = requestAt(1);
    const input = { serviceRequest: id, status: 'CANCELLED', idempotencyKey: crypto.randomUUID() };
    expect((await communal.ask(DISPATCHER, UPDATE, { input })).errors).toBeUndefined();
    await followed.until(({ entity }) => entity.id === id);
    expect(followed.events.filter(({ entity }) => entity.id === id)).toHaveLength(1);
  });

  if (agreed.delivery === 'polling') {
    it('lets it know of a gap when the cursor is not known any more, and goes on', async () => {
      await communal.misbehave({ queryChanges: { kind: 'status', status: 422, type: 'bad-cursor', times: 1 } });
      await followed.untilGap();
      await communal.calls();
      await untilAsked();
      const { request, id } = requestAt(2);
      await communal.happen({ serviceRequest: request.id, status: 'done' });
      await followed.until(({ entity }) => entity.id === id);
    });
  }
});
