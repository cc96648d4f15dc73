import { sampleResidences } from '@commonhold/development/estate.ts';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type SmartHomeForTests, startSmartHome } from './testing/start-smart-home.ts';

const NORTHGATE = tenantId('northgate');
const DISPATCHER = claimsOf('DISPATCHER', 'northgate');
const RESIDENCES = sampleResidences('northgate').map(({ key }) => residenceKey(key));

const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Residence {
  devices(first: 100) { nodes { id name } } scenes { id }
} } }`;

interface Residences {
  readonly _entities: readonly {
    readonly devices: { readonly nodes: readonly { readonly id: string }[] } | null;
    readonly scenes: readonly object[] | null;
  }[];
}

const representations = (count: number) =>
  RESIDENCES.slice(0, count).map((key) => ({ __typename: 'Residence', id: residenceId(NORTHGATE, key) }));

describe('with the batches that were agreed', () => {
  let smartHome: SmartHomeForTests;
  beforeAll(async () => {
    smartHome = await startSmartHome();
  });
  afterAll(() => smartHome.stop());
  afterEach(() => {
    smartHome.answers.queryDevices = undefined;
    smartHome.consents.restore();
  });

  const asked = async () => (await smartHome.calls()).map(({ operation }) => operation).toSorted();

  it('the partner is asked once for each resource, however many residences there are', async () => {
    await smartHome.calls();
    const { data, errors } = await smartHome.ask(DISPATCHER, ENTITIES, { of: representations(100) });
    expect(errors).toBeUndefined();
    expect((data as unknown as Residences)._entities.every(({ devices }) => devices?.nodes.length === 6)).toBe(true);
    expect(await asked()).toEqual(['queryDevices', 'queryScenes']);
  });

  it('all pages of the partner are read when there is more than one', async () => {
    await smartHome.calls();
    const { data } = await smartHome.ask(DISPATCHER, ENTITIES.replace('scenes { id }', ''), {
      of: representations(200),
    });
    const ids = (data as unknown as Residences)._entities.flatMap(({ devices }) => devices?.nodes ?? []);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1_200);
    expect(await asked()).toEqual(['queryDevices', 'queryDevices']);
  });

  it('pages without an end are refused', async () => {
    smartHome.answers.queryDevices = () => ({ items: [], nextCursor: 'on-and-on' });
    const { data, errors } = await smartHome.ask(DISPATCHER, ENTITIES, { of: representations(1) });
    expect(data).toMatchObject({ _entities: [{ devices: null, scenes: expect.any(Array) }] });
    expect(errors).toMatchObject([{ extensions: { code: 'PARTNER_CONTRACT_VIOLATION' } }]);
  });

  it('devices of a list are paged through without a gap and without one twice', async () => {
    const query =
      'query ($after: String) { devices(first: 97, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    interface Page {
      readonly nodes: readonly { readonly id: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    }
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await smartHome.ask(DISPATCHER, query, { after });
      const { nodes, pageInfo } = (data as { readonly devices: Page }).devices;
      found.push(...nodes.map(({ id }) => id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null && found.length < 600);
    expect(new Set(found).size).toBe(found.length);
    const expected = RESIDENCES.toSorted()
      .flatMap((residence) => smartHome.estate.devicesOf('northgate', residence))
      .map(({ id, residenceRef }) =>
        encodeId({ tenant: NORTHGATE, type: 'Device', residence: residenceKey(residenceRef), key: id }),
      );
    expect(found).toEqual(expected.slice(0, found.length));
  });

  it('nothing is asked of a residence whose consent is withdrawn, and the others are answered', async () => {
    const [first, second] = RESIDENCES;
    smartHome.consents.withdraw(first ?? '');
    await smartHome.calls();
    const { data, errors } = await smartHome.ask(DISPATCHER, ENTITIES, { of: representations(2) });
    expect(data).toMatchObject({ _entities: [{ devices: null, scenes: null }, { devices: { nodes: { length: 6 } } }] });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['CONSENT_REQUIRED', 'CONSENT_REQUIRED']);
    const texts = (await smartHome.calls()).flatMap((call) => call.asked);
    expect(texts).toContain(second);
    expect(texts).not.toContain(first);
  });
});

describe('with smaller batches than there are keys', () => {
  let smartHome: SmartHomeForTests;
  beforeAll(async () => {
    smartHome = await startSmartHome({ limits: { batches: { residences: 2, ids: 2 } } });
  });
  afterAll(() => smartHome.stop());

  it('residences are divided, and all are answered', async () => {
    await smartHome.calls();
    const { data } = await smartHome.ask(DISPATCHER, ENTITIES, { of: representations(5) });
    const { _entities } = data as unknown as Residences;
    expect(_entities.map(({ devices, scenes }) => [devices?.nodes.length, scenes?.length])).toEqual(
      Array.from({ length: 5 }, () => [6, 2]),
    );
    const calls = await smartHome.calls();
    expect(calls.map(({ operation }) => operation).toSorted()).toEqual([
      'queryDevices',
      'queryDevices',
      'queryDevices',
      'queryScenes',
      'queryScenes',
      'queryScenes',
    ]);
    for (const call of calls) expect(call.asked.length).toBeLessThanOrEqual(2);
  });

  it('ids are divided, and all are answered in their order', async () => {
    const [home] = RESIDENCES;
    const ids = smartHome.estate
      .devicesOf('northgate', home ?? '')
      .slice(0, 5)
      .map(({ id, residenceRef }) =>
        encodeId({ tenant: NORTHGATE, type: 'Device', residence: residenceKey(residenceRef), key: id }),
      );
    await smartHome.calls();
    const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Device { id } } }';
    const of = ids.map((id) => ({ __typename: 'Device', id }));
    expect(await smartHome.ask(DISPATCHER, query, { of })).toEqual({ data: { _entities: ids.map((id) => ({ id })) } });
    expect((await smartHome.calls()).map(({ operation }) => operation)).toEqual([
      'queryDevices',
      'queryDevices',
      'queryDevices',
    ]);
  });
});
