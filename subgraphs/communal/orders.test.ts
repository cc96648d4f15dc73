import { encodeId, residenceId, residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import type { GraphqlAnswer } from '@commonhold/kit/testing/gateway.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { components } from './partner/generated/v1.ts';
import { HOME, idOf, NORTHGATE, RESIDENT } from './testing/records.ts';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const DISPATCHER = claimsOf('DISPATCHER', 'northgate');

let communal: CommunalForTests;
beforeAll(async () => {
  communal = await startCommunal();
});
afterAll(() => communal.stop());
afterEach(async () => {
  communal.answers.submitReadings = undefined;
  await communal.misbehave({});
});

/** The residence's meters with one tariff zone. */
function meters(): readonly components['schemas']['Meter'][] {
  return communal.estate.metersOf('northgate', HOME).filter(({ zones }) => zones === 1);
}

interface SubmittedReading {
  readonly meter: string;
  readonly value: string;
  readonly readAt: string;
  readonly zone?: number;
}

function submit(readings: readonly SubmittedReading[], idempotencyKey: string): Promise<GraphqlAnswer> {
  const mutation = `mutation ($input: SubmitReadingsInput!) {
    submitReadings(input: $input) { results { reading { id values { zone value } readAt source status } refusal } }
  }`;
  return communal.ask(RESIDENT, mutation, { input: { readings, idempotencyKey } });
}

interface Shown {
  readonly id: string;
  readonly values: readonly { readonly value: string }[];
  readonly readAt: string;
  readonly status: string;
}

async function readingsOf(meter: string): Promise<readonly Shown[]> {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Meter { readings(first: 100) {
    nodes { id values { value } readAt status } } } } }`;
  const { data } = await communal.ask(RESIDENT, query, { of: [{ __typename: 'Meter', id: meter }] });
  const [found] = (data as { _entities: readonly { readings: { nodes: readonly Shown[] } }[] })._entities;
  return found?.readings.nodes ?? [];
}

/** A plausible next reading of a meter. */
async function nextReading(at = 0): Promise<SubmittedReading> {
  const meter = idOf('Meter', meters()[at]?.id ?? '');
  const [last] = await readingsOf(meter);
  return {
    meter,
    value: (Number(last?.values[0]?.value) + 1).toFixed(3),
    readAt: new Date(Date.now() - 1_000).toISOString(),
  };
}

describe('readings whose answer is lost', () => {
  it('are taken once when they are sent again with the same key', async () => {
    const reading = await nextReading();
    const before = await readingsOf(reading.meter);
    const key = crypto.randomUUID();
    await communal.misbehave({ submitReadings: { kind: 'lost-answer' } });
    const lost = await submit([reading], key);
    expect(lost).toMatchObject({
      data: { submitReadings: null },
      errors: [{ extensions: { code: 'PARTNER_UNAVAILABLE' } }],
    });
    await communal.misbehave({});
    const again = await submit([reading], key);
    const once = await submit([reading], key);
    expect(again).toMatchObject({
      data: {
        submitReadings: {
          results: [
            {
              reading: {
                values: [{ zone: 1, value: reading.value }],
                readAt: reading.readAt,
                source: 'RESIDENT',
                status: 'SUBMITTED',
              },
              refusal: null,
            },
          ],
        },
      },
    });
    expect(once).toEqual(again);
    expect(await readingsOf(reading.meter)).toHaveLength(before.length + 1);
  });

  it('are the same order at whatever time they are sent: the partner says what is still to come', async () => {
    const tomorrow = { ...(await nextReading(0)), readAt: new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString() };
    const readings = [tomorrow, await nextReading(1)];
    await communal.calls();
    const { data } = await submit(readings, crypto.randomUUID());
    expect(data).toMatchObject({ submitReadings: { results: [{ refusal: 'IN_THE_FUTURE' }, { refusal: null }] } });
    const sent = (await communal.calls()).find(({ operation }) => operation === 'submitReadings');
    expect(sent?.asked).toEqual(
      expect.arrayContaining(
        meters()
          .slice(0, 2)
          .map(({ id }) => id),
      ),
    );
  });

  it('with a key that came with other readings are refused', async () => {
    const reading = await nextReading();
    const key = crypto.randomUUID();
    await submit([reading], key);
    const { errors } = await submit([{ ...reading, value: '999999' }], key);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('readings', () => {
  it('have a result each, in the order in which they came', async () => {
    const good = await nextReading();
    const foreign = encodeId({
      tenant: NORTHGATE,
      type: 'Meter',
      residence: residenceKey('northgate-p01-r02'),
      key: communal.estate.metersOf('northgate', 'northgate-p01-r02')[0]?.id ?? '',
    });
    const answer = await submit(
      [
        { ...good, meter: foreign },
        { ...good, value: '-1' },
        { ...good, value: '1e3' },
        { ...good, value: '0.001' },
        good,
        { ...good, value: '99999999' },
        { ...good, zone: 3, value: '1' },
      ],
      crypto.randomUUID(),
    );
    const { results } = (answer.data as { submitReadings: { results: readonly { refusal: string | null }[] } })
      .submitReadings;
    expect(results.map(({ refusal }) => refusal)).toEqual([
      'METER_NOT_FOUND',
      'NOT_PLAUSIBLE',
      'NOT_PLAUSIBLE',
      'BELOW_LAST_READING',
      null,
      'NOT_PLAUSIBLE',
      'NOT_PLAUSIBLE',
    ]);
  });

  it.each<[string, (results: components['schemas']['ReadingResult'][]) => components['schemas']['ReadingResult'][]]>([
    ['one result is missing', (results) => results.slice(1)],
    ['the results are in another order', (results) => results.toReversed()],
    ['a result says nothing', ([, ...results]) => [{}, ...results]],
    ['a result is both', ([first = {}, ...results]) => [{ ...first, refusal: 'not-plausible' }, ...results]],
    [
      "a result is another company's, and was dropped",
      ([first = {}, ...results]) => [
        { ...first, ...(first.reading ? { reading: { ...first.reading, companyId: 'riverside' } } : {}) },
        ...results,
      ],
    ],
  ])('are not mixed up when %s', async (_, change) => {
    communal.answers.submitReadings = ({ body }) => ({
      results: change(
        body.readings.map(({ meter, zone, value, readAt, origin }, index) => ({
          reading: {
            id: `rdg-${index}`,
            companyId: 'northgate',
            residenceRef: HOME,
            meterId: meter,
            zones: [{ zone, value }],
            readAt,
            origin,
            status: 'submitted' as const,
          },
        })),
      ),
    });
    const { data, errors } = await submit([await nextReading(0), await nextReading(1)], crypto.randomUUID());
    expect(data).toEqual({ submitReadings: null });
    expect(errors).toMatchObject([{ extensions: { code: 'PARTNER_CONTRACT_VIOLATION' } }]);
  });
});

describe('a service request whose answer is lost', () => {
  interface Requests {
    readonly serviceRequests: { readonly nodes: readonly { readonly id: string; readonly description: string }[] };
  }
  const requests = async (): Promise<Requests['serviceRequests']['nodes']> => {
    const query = 'query ($of: [ID!]) { serviceRequests(residences: $of, first: 100) { nodes { id description } } }';
    const { data } = await communal.ask(DISPATCHER, query, { of: [residenceId(NORTHGATE, HOME)] });
    return (data as unknown as Requests).serviceRequests.nodes;
  };
  const create = (idempotencyKey: string, description: string) =>
    communal.ask(
      RESIDENT,
      `mutation ($input: CreateServiceRequestInput!) {
        createServiceRequest(input: $input) { serviceRequest { id number status category description } } }`,
      { input: { residence: residenceId(NORTHGATE, HOME), category: 'ACCESS', description, idempotencyKey } },
    );

  it('is created once when it is sent again with the same key', async () => {
    const before = await requests();
    const key = crypto.randomUUID();
    await communal.misbehave({ createServiceRequest: { kind: 'lost-answer' } });
    expect((await create(key, 'The key turns hard')).errors).toMatchObject([
      { extensions: { code: 'PARTNER_UNAVAILABLE' } },
    ]);
    await communal.misbehave({});
    const again = await create(key, 'The key turns hard');
    expect(again).toMatchObject({
      data: {
        createServiceRequest: {
          serviceRequest: { status: 'OPEN', category: 'ACCESS', description: 'The key turns hard' },
        },
      },
    });
    expect(await requests()).toHaveLength(before.length + 1);
    expect((await create(key, 'Something else')).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await requests()).toHaveLength(before.length + 1);
  });

  it('is changed once when the change is sent again with the same key, though it was changed since', async () => {
    const created = await create(crypto.randomUUID(), 'The lamp flickers');
    const { id } = (created.data as { createServiceRequest: { serviceRequest: { id: string } } }).createServiceRequest
      .serviceRequest;
    const update = (idempotencyKey: string, status: string) =>
      communal.ask(
        DISPATCHER,
        'mutation ($input: UpdateServiceRequestInput!) { updateServiceRequest(input: $input) { serviceRequest { status } } }',
        { input: { serviceRequest: id, status, idempotencyKey } },
      );
    const status = async (): Promise<unknown> => {
      const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on ServiceRequest { status } } }';
      const { data } = await communal.ask(DISPATCHER, query, { of: [{ __typename: 'ServiceRequest', id }] });
      return data;
    };
    const key = crypto.randomUUID();
    await communal.misbehave({ updateServiceRequest: { kind: 'lost-answer' } });
    expect((await update(key, 'ASSIGNED')).errors).toMatchObject([{ extensions: { code: 'PARTNER_UNAVAILABLE' } }]);
    await communal.misbehave({});
    await update(crypto.randomUUID(), 'DONE');
    await update(key, 'ASSIGNED');
    expect(await status()).toEqual({ _entities: [{ status: 'DONE' }] });
  });
});
