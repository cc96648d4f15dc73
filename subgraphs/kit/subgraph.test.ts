import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId, type OpaqueId, residenceId, residenceKey, tenantId } from './tenancy/ids.ts';
import type { SubgraphClaims } from './tenancy/principal.ts';
import { createTestIdentities, type TestIdentities } from './testing/identities.ts';
import { startTinySubgraph, type TinySubgraph } from './testing/tiny-subgraph.ts';

const NORTHGATE = tenantId('northgate');
const RIVERSIDE = tenantId('riverside');

/** A resident of r-1 alone, who may read residences and devices, and personal data. */
const RESIDENT: SubgraphClaims = {
  tenant: 'northgate',
  policies: ['public'],
  grants: [{ scopes: ['residence:read', 'device:read'], policies: ['personal-data'], residences: ['r-1'] }],
};
/** May read every residence of the company, and personal data only on r-1. */
const MIXED: SubgraphClaims = {
  tenant: 'northgate',
  policies: ['public'],
  grants: [
    { scopes: ['residence:read', 'device:read', 'property:read'], policies: [] },
    { scopes: ['residence:read'], policies: ['personal-data'], residences: ['r-1'] },
  ],
};

const PROPERTY_ID = encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: 'p-1' });

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Residence { id number occupants origin perSquareMeter }
    ... on Light { id label }
    ... on Lock { id label }
  }
}`;

let identities: TestIdentities;
let tiny: TinySubgraph;

beforeAll(async () => {
  identities = await createTestIdentities();
  tiny = await startTinySubgraph(identities);
});
afterAll(async () => {
  await tiny.stop();
  await identities.remove();
});

const residenceOf = (tenant: typeof NORTHGATE, key: string): { __typename: string; id: OpaqueId } => ({
  __typename: 'Residence',
  id: residenceId(tenant, residenceKey(key)),
});
const deviceOf = (typename: string, residence: string, key: string): { __typename: string; id: OpaqueId } => ({
  __typename: typename,
  id: encodeId({ tenant: NORTHGATE, type: 'Device', residence: residenceKey(residence), key }),
});

describe('a field', () => {
  it('is denied as FORBIDDEN, and the rest of the data arrives', async () => {
    const { data, errors } = await tiny.gateway.ask(RESIDENT, '{ ping statistics }');
    expect(data).toEqual({ ping: 'pong', statistics: null });
    expect(errors).toEqual([
      {
        message: 'You may not read or do this.',
        locations: undefined,
        path: ['statistics'],
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
  });

  it('tells nothing of what went wrong inside', async () => {
    const { data, errors } = await tiny.gateway.ask(RESIDENT, '{ ping explode }');
    expect(data).toEqual({ ping: 'pong', explode: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(JSON.stringify(errors)).not.toMatch(/canary|secret|internal\b|node_modules/);
  });

  it.each(['{ promised }', '{ parts }'])(
    'tells nothing, and records it, when execution breaks in %s',
    async (query) => {
      const count = async (): Promise<string> =>
        /subgraph_unexpected_errors_total (\d+)/.exec(await tiny.metrics.metrics())?.[1] ?? '';
      const before = Number(await count());
      const { errors } = await tiny.gateway.ask(RESIDENT, query);
      expect(errors).toMatchObject([
        { message: expect.stringContaining('recorded'), extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
      expect(Number(await count())).toBe(before + 1);
    },
  );

  it('shows the errors that were made for clients', async () => {
    const { errors } = await tiny.gateway.ask(RESIDENT, '{ partner }');
    expect(errors?.[0]).toMatchObject({
      message: 'The smart-home partner took too long.',
      extensions: { code: 'PARTNER_TIMEOUT' },
    });
  });

  it("drops another company's object that a resolver gave, and counts it", async () => {
    const { data, errors } = await tiny.gateway.ask(MIXED, '{ stray { id number } }');
    expect(data).toEqual({ stray: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect(await tiny.metrics.metrics()).toContain('subgraph_foreign_objects_dropped_total{type="Residence"} 1');
  });

  it.each(['{ _service { sdl } }', '{ __schema { types { name } } }'])('is not there for %s', async (query) => {
    const { data, errors } = await tiny.gateway.ask(RESIDENT, query);
    expect(data ?? null).toBeNull();
    expect(errors ?? []).not.toHaveLength(0);
  });
});

describe('a reference', () => {
  const resolve = async (claims: SubgraphClaims, representations: readonly object[]) => {
    const before = tiny.references.length;
    const { data, errors } = await tiny.gateway.ask(claims, ENTITIES, { representations });
    return { entities: data?.['_entities'], errors, resolved: tiny.references.slice(before).map(({ id }) => id.key) };
  };

  it('to another company is null, and no resolver is called', async () => {
    const answer = await resolve(MIXED, [residenceOf(RIVERSIDE, 'r-1')]);
    expect(answer).toEqual({ entities: [null], errors: undefined, resolved: [] });
  });

  it.each([
    ['malformed', { __typename: 'Residence', id: 'r-1' }],
    ['without an id', { __typename: 'Residence' }],
    ['with an id that is no text', { __typename: 'Residence', id: { $ne: null } }],
    ['of another type', { __typename: 'Residence', id: deviceOf('Light', 'r-1', 'light-1').id }],
    ['of a type that is only pointed at', { __typename: 'Property', id: PROPERTY_ID }],
  ])('%s is null, and no resolver is called', async (_, representation) => {
    expect(await resolve(MIXED, [representation])).toEqual({ entities: [null], errors: undefined, resolved: [] });
  });

  it('beyond the grants is null, and no resolver is called', async () => {
    const answer = await resolve(RESIDENT, [residenceOf(NORTHGATE, 'r-2')]);
    expect(answer).toEqual({ entities: [null], errors: undefined, resolved: [] });
  });

  it('is decided by itself among others of two companies and several residences', async () => {
    const { entities, errors, resolved } = await resolve(MIXED, [
      residenceOf(NORTHGATE, 'r-1'),
      residenceOf(RIVERSIDE, 'r-1'),
      residenceOf(NORTHGATE, 'r-2'),
      residenceOf(NORTHGATE, 'r-1'),
      residenceOf(RIVERSIDE, 'r-2'),
    ]);
    expect(entities).toEqual([
      expect.objectContaining({ number: 'r-1', occupants: 'occupants of r-1' }),
      null,
      expect.objectContaining({ number: 'r-2', occupants: null }),
      expect.objectContaining({ number: 'r-1', occupants: 'occupants of r-1' }),
      null,
    ]);
    expect(errors?.map(({ path }) => path)).toEqual([['_entities', 2, 'occupants']]);
    expect(resolved).toEqual(['r-1', 'r-2', 'r-1']);
  });

  it('brings the declared external fields, and nothing else', async () => {
    const { entities } = await resolve(RESIDENT, [
      {
        ...residenceOf(NORTHGATE, 'r-1'),
        areaSquareMeters: '64.50',
        origin: 'forged',
        tenantId: 'riverside',
        ['__proto__x']: 1,
      },
    ]);
    expect(entities).toEqual([expect.objectContaining({ origin: 'owner', perSquareMeter: 'for 64.50' })]);
    expect(tiny.references.at(-1)?.external).toEqual({ areaSquareMeters: '64.50' });
  });

  it('to an implementing type is resolved by its interface, if it is of that type', async () => {
    const { entities } = await resolve(RESIDENT, [
      deviceOf('Light', 'r-1', 'light-1'),
      deviceOf('Lock', 'r-1', 'lock-1'),
      deviceOf('Lock', 'r-1', 'light-1'),
      deviceOf('Device', 'r-1', 'lock-1'),
      deviceOf('Light', 'r-2', 'light-2'),
    ]);
    expect(entities).toEqual([
      { __typename: 'Light', id: deviceOf('Light', 'r-1', 'light-1').id, label: 'light-1' },
      { __typename: 'Lock', id: deviceOf('Lock', 'r-1', 'lock-1').id, label: 'lock-1' },
      null,
      { __typename: 'Lock', id: deviceOf('Lock', 'r-1', 'lock-1').id, label: 'lock-1' },
      null,
    ]);
  });

  it('is refused when there are too many, or of what is no entity', async () => {
    const many = Array.from({ length: 1001 }, () => residenceOf(NORTHGATE, 'r-1'));
    for (const representations of [many, [{ __typename: 'Query' }], [{ __typename: 'constructor' }], ['text']]) {
      const { entities, errors, resolved } = await resolve(MIXED, representations as readonly object[]);
      expect(entities ?? null).toBeNull();
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
      expect(resolved).toEqual([]);
    }
  });
});
