/** From what happens at a partner, over its webhook, to what a gateway is told and a frontend is answered. */
import { decodeId } from '@commonhold/kit/tenancy/ids.ts';
import { type FollowedEvents, followForTests } from '@commonhold/kit/testing/followed-events.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identityOf, subgraphPort } from '../policy/subgraph-caller.ts';
import { ask } from '../system/client.ts';
import { connectToSandbox, type SandboxConnection } from '../system/sandbox.ts';

const DISPATCHER = 'dispatcher@northgate.example';

interface Found {
  readonly found: {
    readonly nodes: readonly { readonly __typename: string; readonly id: string; readonly state: unknown }[];
  };
}

/** The state of each, by its id. */
async function statesOf(query: string, type: string): Promise<ReadonlyMap<string, unknown>> {
  const { body } = await ask(DISPATCHER, query);
  const { nodes } = (body.data as unknown as Found).found;
  return new Map(nodes.filter(({ __typename }) => __typename === type).map(({ id, state }) => [id, state]));
}

describe.each([
  {
    partner: 'smart-home',
    query: '{ found: devices(first: 100) { nodes { __typename id ... on LeakSensor { state: leaking } } } }',
    type: 'LeakSensor',
    happening: (device: string, leaking: boolean) => ({ device, state: { leaking } }),
    told: { kind: 'device-changed', alarm: 'leak', entity: { type: 'LeakSensor' } },
    before: false,
    after: true,
  },
  {
    partner: 'communal',
    query: '{ found: serviceRequests(first: 100) { nodes { __typename id state: status } } }',
    type: 'ServiceRequest',
    happening: (serviceRequest: string, isBegun: boolean) => ({
      serviceRequest,
      status: isBegun ? 'in-progress' : 'open',
    }),
    told: { kind: 'service-request-changed', entity: { type: 'ServiceRequest' } },
    before: 'OPEN',
    after: 'IN_PROGRESS',
  },
] as const)('what happens at the partner $partner', ({ partner, query, type, happening, told, before, after }) => {
  let sandbox: SandboxConnection;
  let followed: FollowedEvents;
  beforeAll(async () => {
    sandbox = await connectToSandbox(partner);
    const url = `https://localhost:${subgraphPort(partner)}`;
    followed = await followForTests(partner, url, await identityOf('gateway'));
  });
  afterAll(async () => {
    await followed.close();
    await sandbox.close();
  });

  it('is told, and is so for whoever asks then, whatever was asked before', async () => {
    const [id = ''] = [...(await statesOf(query, type))].find(([, state]) => state === before) ?? [];
    const key = decodeId(id)?.key ?? '';
    await sandbox.happen(happening(key, true));
    const event = await followed.until(({ entity }) => entity.id === id);
    expect(event).toMatchObject({ ...told, company: 'northgate', isLate: false });
    expect((await statesOf(query, type)).get(id)).toBe(after);
    // As other tests know it.
    await sandbox.happen(happening(key, false));
  });
});
