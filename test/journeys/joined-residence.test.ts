import { RESIDENCES_WITHOUT_CONSENT } from '@commonhold/development/estate.ts';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { ask } from '../system/client.ts';
import { sandboxCalls } from '../system/sandbox.ts';

const JOINED = `{
  residences(first: 1) {
    nodes {
      number
      property { name }
      devices(first: 10) { nodes { __typename name source { partner } } }
      account { number meters { kind serial source { partner } device { name powerWatts } } }
      consumptionPerSquareMeter
    }
  }
}`;

interface Joined {
  readonly residences: {
    readonly nodes: readonly {
      readonly number: string;
      readonly devices: { readonly nodes: readonly { readonly source: { readonly partner: string } }[] };
      readonly account: {
        readonly number: string | null;
        readonly meters: readonly { readonly source: { readonly partner: string }; readonly device: unknown }[];
      };
      readonly consumptionPerSquareMeter: string;
    }[];
  };
}

describe('one query across both partners', () => {
  it('joins a residence with its devices, its account and its meters', async () => {
    const { status, body } = await ask('resident@northgate.example', JOINED);
    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
    const [residence] = (body.data as unknown as Joined).residences.nodes;
    expect(residence?.devices.nodes).toHaveLength(6);
    expect(residence?.devices.nodes.every(({ source }) => source.partner === 'smart-home')).toBe(true);
    expect(residence?.account.number).toMatch(/^NO-\d+$/);
    expect(residence?.account.meters).toHaveLength(4);
    expect(residence?.account.meters.every(({ source }) => source.partner === 'communal')).toBe(true);
    expect(residence?.account.meters.filter(({ device }) => device !== null)).toHaveLength(1);
    expect(residence?.consumptionPerSquareMeter).toMatch(/^\d+\.\d{3}$/);
  });

  it('leaves out what the role may not see, and names it', async () => {
    const { status, body } = await ask('analyst@riverside.example', JOINED);
    expect(status).toBe(200);
    const [residence] = (body.data as unknown as Joined).residences.nodes;
    expect(residence?.account.number).toBeNull();
    expect(body.errors).toEqual([
      expect.objectContaining({
        path: ['residences', 'nodes', '@', 'account', 'number'],
        extensions: expect.objectContaining({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' }),
      }),
    ]);
  });

  it('asks each partner resource once, however many residences there are', async () => {
    const query = `{ residences(first: 50, numberPrefix: "10") { nodes {
      devices(first: 20) { nodes { name } }
      account { meters { kind readings(first: 2) { nodes { readAt } } } }
    } } }`;
    const { body, requestId } = await ask('analyst@northgate.example', query);
    expect((body.data as unknown as Joined).residences.nodes).toHaveLength(50);
    const operations = [
      ...(await sandboxCalls('smart-home', requestId)),
      ...(await sandboxCalls('communal', requestId)),
    ]
      .map(({ operation }) => operation)
      .filter((operation) => operation !== 'token' && operation !== 'jwks')
      .toSorted();
    expect(operations).toEqual(['queryAccounts', 'queryDevices', 'queryMeters', 'queryReadings']);
  });
});

describe('a command', () => {
  it('is carried out once for one key, and the new state is seen', async () => {
    const find = `{ devices(first: 50) { nodes { __typename ... on Light { id on reachable } } } }`;
    const persona = 'dispatcher@riverside.example';
    interface Lights {
      readonly devices: { readonly nodes: readonly { id?: string; on?: boolean; reachable?: boolean }[] };
    }
    const before = (await ask(persona, find)).body.data as unknown as Lights;
    const light = before.devices.nodes.find(({ id, reachable }) => id !== undefined && reachable);
    const mutation = `mutation ($input: SwitchLightInput!) { switchLight(input: $input) { command { id status reason } } }`;
    const input = { device: light?.id, on: !light?.on, idempotencyKey: crypto.randomUUID() };
    const first = await ask(persona, mutation, { input });
    const second = await ask(persona, mutation, { input });
    expect(first.body).toMatchObject({ data: { switchLight: { command: { status: 'DONE', reason: null } } } });
    expect(second.body.data).toEqual(first.body.data);
    const reused = await ask(persona, mutation, { input: { ...input, on: light?.on } });
    expect(reused.body.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    const after = await ask(persona, `query ($id: ID!) { device(id: $id) { ... on Light { on } } }`, { id: light?.id });
    expect(after.body.data).toEqual({ device: { on: !light?.on } });
  });
});

describe('a residence without a consent', () => {
  it('has no partner data, says why, and asks the partner nothing', async () => {
    const closed = RESIDENCES_WITHOUT_CONSENT.find(
      ({ company, partner }) => company === 'northgate' && partner === 'smart-home',
    );
    const key = residenceKey(closed?.residence ?? '');
    const id = encodeId({ tenant: tenantId('northgate'), type: 'Residence', residence: key, key });
    const query =
      'query ($id: ID!) { residence(id: $id) { number devices(first: 5) { nodes { name } } account { meters { kind } } } }';
    const { body, requestId } = await ask('dispatcher@northgate.example', query, { id });
    expect(body).toMatchObject({
      data: { residence: { devices: null, account: { meters: expect.any(Array) } } },
      errors: [{ path: ['residence', 'devices'], extensions: { code: 'CONSENT_REQUIRED' } }],
    });
    expect(await sandboxCalls('smart-home', requestId)).toEqual([]);
    expect(await sandboxCalls('communal', requestId)).not.toEqual([]);
  });
});
