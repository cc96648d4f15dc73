/** Version 1 and 2 of the partner's API, side by side: the same graph comes out of both, also while one becomes the other. */
import { readFile } from 'node:fs/promises';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import type { GraphqlAnswer } from '@commonhold/kit/testing/gateway.ts';
import { createServing, fieldsOf } from '@commonhold/kit/testing/versions.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HOME, idOf, NORTHGATE, RESIDENT } from './testing/records.ts';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const DISPATCHER = claimsOf('DISPATCHER', 'northgate');
const ANALYST = claimsOf('ANALYST', 'northgate');

const serving = createServing();
let communal: CommunalForTests;
beforeAll(async () => {
  communal = await startCommunal({ companies: serving.companies });
});
afterAll(() => communal?.stop());
afterEach(() => communal.misbehave({}));

const READING = 'id values { zone value } readAt source status';
const METER = `id kind serial nextVerificationOn device { id } source { partner stale }
  readings(first: 3) { edges { cursor node { id } } nodes { ${READING} } pageInfo { hasNextPage endCursor } }`;
const ACCOUNT = `id number holderName balanceEuros residence { id } meters { ${METER} } source { partner stale }
  charges(first: 4) { id service month amountEuros } bills(first: 4) { id month amountEuros dueOn paid }`;
const REQUEST = `id number status category deadline assignee description residence { id } createdAt
  source { partner stale }`;
const OUTAGE = 'id kind property { id } startsAt endsAt planned';
const ENTITY = (type: string, selection: string) =>
  `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`;
const UPDATE = `mutation ($input: UpdateServiceRequestInput!) {
  updateServiceRequest(input: $input) { serviceRequest { ${REQUEST} } clientMutationId } }`;

type Operation = readonly [
  name: string,
  claims: typeof RESIDENT,
  query: string,
  variables: (communal: CommunalForTests) => Record<string, unknown>,
];

const meterKey = ({ estate }: CommunalForTests, kind = 'cold-water'): string =>
  estate.metersOf('northgate', HOME).find((meter) => meter.kind === kind)?.id ?? '';
const requestId = ({ estate }: CommunalForTests): string => {
  const [request] = [...estate.serviceRequests.values()].filter(({ residenceRef }) => residenceRef === HOME);
  return idOf('ServiceRequest', request?.id ?? '');
};
const key = () => crypto.randomUUID();

const OPERATIONS: readonly Operation[] = [
  [
    'what a residence has used',
    RESIDENT,
    ENTITY('Residence', `id consumptionPerSquareMeter account { ${ACCOUNT} }`),
    () => ({ of: [{ __typename: 'Residence', id: residenceId(NORTHGATE, HOME), areaSquareMeters: '50.00' }] }),
  ],
  [
    'an account',
    RESIDENT,
    `query ($id: ID!) { account(id: $id) { ${ACCOUNT} } }`,
    ({ estate }) => ({ id: idOf('UtilityAccount', estate.accountOf('northgate', HOME)?.id ?? '') }),
  ],
  [
    'meters by reference',
    RESIDENT,
    ENTITY('Meter', METER),
    ({ estate }) => ({
      of: estate.metersOf('northgate', HOME).map(({ id }) => ({ __typename: 'Meter', id: idOf('Meter', id) })),
    }),
  ],
  [
    'service requests',
    DISPATCHER,
    `{ serviceRequests(first: 30) { edges { node { id } } nodes { ${REQUEST} } pageInfo { hasNextPage } } }`,
    () => ({}),
  ],
  [
    'service requests of one state',
    DISPATCHER,
    `{ serviceRequests(status: IN_PROGRESS, first: 100) { nodes { ${REQUEST} } pageInfo { hasNextPage } } }`,
    () => ({}),
  ],
  [
    'a service request by reference',
    DISPATCHER,
    ENTITY('ServiceRequest', REQUEST),
    (started) => ({ of: [{ __typename: 'ServiceRequest', id: requestId(started) }] }),
  ],
  ['outages of the company', DISPATCHER, `{ outages { ${OUTAGE} } }`, () => ({})],
  ['outages of a residence', RESIDENT, `{ outages { ${OUTAGE} } }`, () => ({})],
  [
    'statistics',
    ANALYST,
    `{ consumptionStatistics(input: { kind: HOT_WATER, from: "2026-09", to: "2026-09", byProperty: true }) {
      property { id } kind month residences averageConsumption suppressed } }`,
    () => ({}),
  ],
  [
    'readings that are taken and refused',
    RESIDENT,
    `mutation ($input: SubmitReadingsInput!) {
      submitReadings(input: $input) { results { reading { ${READING} } refusal } clientMutationId } }`,
    (started) => {
      const meter = idOf('Meter', meterKey(started));
      const readings = ['900.5', '0', '99999999', 'none'].map((value) => ({
        meter,
        value: value === '900.5' ? `${70_000 + Math.floor(Math.random() * 10)}.5` : value,
        readAt: '2026-11-20T08:00:00+01:00',
      }));
      const later = { meter, value: '80000', readAt: '2999-01-01T00:00:00Z' };
      const nobody = { ...later, meter: idOf('Meter', 'mtr-none') };
      return { input: { readings: [...readings, later, nobody], idempotencyKey: key(), clientMutationId: 'c' } };
    },
  ],
  [
    'a service request that is created',
    RESIDENT,
    `mutation ($input: CreateServiceRequestInput!) {
      createServiceRequest(input: $input) { serviceRequest { ${REQUEST} } clientMutationId } }`,
    () => ({
      input: {
        residence: residenceId(NORTHGATE, HOME),
        category: 'ELECTRICAL',
        description: 'A socket is loose',
        idempotencyKey: key(),
        clientMutationId: 'c',
      },
    }),
  ],
  [
    'a service request that is assigned',
    DISPATCHER,
    UPDATE,
    (started) => ({
      input: {
        serviceRequest: requestId(started),
        status: 'ASSIGNED',
        deadline: '2026-12-24T12:00:00Z',
        assignee: encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key: 'northgate-technician' }),
        idempotencyKey: key(),
      },
    }),
  ],
  [
    'a service request that is taken from somebody',
    DISPATCHER,
    UPDATE,
    (started) => ({ input: { serviceRequest: requestId(started), assignee: null, idempotencyKey: key() } }),
  ],
];

const paths = async (): Promise<readonly string[]> => (await communal.calls()).map(({ path }) => path);

describe('an operation', () => {
  it.each(OPERATIONS)('has the same answer in both versions, an order by the same key: %s', async (...operation) => {
    const [, claims, query, variablesOf] = operation;
    const variables = variablesOf(communal);
    const answers: GraphqlAnswer[] = [];
    for (const version of ['v1', 'v2', 'v1']) {
      serving.by('northgate', version);
      await communal.calls();
      answers.push(await communal.ask(claims, query, variables));
      const asked = await paths();
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((path) => !path.startsWith(`/${version}/`))).toEqual([]);
    }
    const [one, two, again] = answers;
    expect(one?.errors).toBeUndefined();
    expect(JSON.stringify(one?.data)).not.toBe(JSON.stringify({ _entities: [null] }));
    expect(two).toEqual(one);
    expect(again).toEqual(one);
  });

  it('is among these for each field of the graph', async () => {
    const sdl = await readFile(new URL('schema.graphql', import.meta.url), 'utf8');
    const words = new Set(OPERATIONS.flatMap(([, , query]) => query.match(/\w+/g) ?? []));
    const left = fieldsOf(sdl).filter((field) => !words.has(field.split('.')[1] ?? ''));
    expect(left).toEqual(['Source.apiVersion', 'Source.fetchedAt']);
  });

  it('says which version answered', async () => {
    const of = [{ __typename: 'Meter', id: idOf('Meter', meterKey(communal)) }];
    for (const version of ['v1', 'v2']) {
      serving.by('northgate', version);
      const { data } = await communal.ask(RESIDENT, ENTITY('Meter', 'source { apiVersion }'), { of });
      expect(data).toEqual({ _entities: [{ source: { apiVersion: version } }] });
    }
  });

  it('with a key that came with another order in the other version is refused', async () => {
    const [, claims, query, variablesOf] = OPERATIONS.find(([name]) => name.includes('created')) ?? OPERATIONS[0] ?? [];
    if (!claims || !query || !variablesOf) throw new Error('no such operation');
    const { input } = variablesOf(communal) as { readonly input: object };
    serving.by('northgate', 'v2');
    await communal.ask(claims, query, { input });
    serving.by('northgate', 'v1');
    const { errors } = await communal.ask(claims, query, { input: { ...input, description: 'Something else' } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

const METERS = ENTITY('Residence', `account { meters { ${METER} } }`);
const home = { of: [{ __typename: 'Residence', id: residenceId(NORTHGATE, HOME) }] };

const isReturned = async (company: string): Promise<boolean> => {
  const values = (await communal.metrics.getSingleMetric('partner_version_returned')?.get())?.values ?? [];
  return values.some(({ labels, value }) => labels['company'] === company && labels['version'] === 'v2' && value === 1);
};

describe('a canary', () => {
  it('takes over and gives back while requests go on: none fails, and all answers are the same', async () => {
    serving.by('northgate', 'v1');
    const expected = await communal.ask(RESIDENT, METERS, home);
    await communal.calls();
    const shares: number[] = [];
    for (const percent of [0, 50, 100, 50, 0]) {
      serving.tryV2('northgate', percent);
      const asked = Array.from({ length: 16 }, () => communal.ask(RESIDENT, METERS, home));
      for (const answer of await Promise.all(asked)) expect(answer).toEqual(expected);
      const called = await paths();
      shares.push(called.filter((path) => path.startsWith('/v2/')).length / called.length);
    }
    const [none, some = 0, all, less = 1, noneAgain] = shares;
    expect([none, all, noneAgain]).toEqual([0, 1, 0]);
    for (const share of [some, less]) expect(share > 0 && share < 1).toBe(true);
  });

  it('leaves a list in the version that it was begun in, to its end', async () => {
    const query = `query ($after: String) { serviceRequests(first: 41, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } } }`;
    interface Page {
      readonly nodes: readonly { readonly id: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    }
    for (const [begun, later] of [
      ['v1', 'v2'],
      ['v2', 'v1'],
    ] as const) {
      const found: string[] = [];
      let after: string | null = null;
      serving.by('northgate', begun);
      do {
        const { data } = await communal.ask(DISPATCHER, query, { after });
        const { nodes, pageInfo } = (data as { readonly serviceRequests: Page }).serviceRequests;
        found.push(...nodes.map(({ id }) => id));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        serving.by('northgate', later);
      } while (after !== null);
      const all = [...communal.estate.serviceRequests.values()].filter(({ companyId }) => companyId === 'northgate');
      expect(new Set(found).size).toBe(all.length);
      expect(found).toHaveLength(all.length);
    }
  });

  it('has an order carried out once: by the other version when it was refused, by nobody when it may have been done', async () => {
    const [, claims, query, variablesOf] = OPERATIONS.find(([name]) => name.includes('created')) ?? OPERATIONS[0] ?? [];
    if (!claims || !query || !variablesOf) throw new Error('no such operation');
    const created = () => communal.estate.serviceRequests.size;
    const before = created();
    serving.tryV2('northgate', 100);
    await communal.misbehave({ 'v2:createServiceRequest': { kind: 'status', status: 404, type: 'gone' } });
    expect((await communal.ask(claims, query, variablesOf(communal))).errors).toBeUndefined();
    expect(created()).toBe(before + 1);

    await communal.misbehave({ 'v2:createServiceRequest': { kind: 'lost-answer' } });
    const variables = variablesOf(communal);
    await communal.calls();
    const lost = await communal.ask(claims, query, variables);
    expect(lost.errors).toMatchObject([{ extensions: { code: 'PARTNER_UNAVAILABLE' } }]);
    expect((await paths()).filter((path) => path === '/v1/service-requests')).toEqual([]);
    serving.by('northgate', 'v1');
    expect((await communal.ask(claims, query, variables)).errors).toBeUndefined();
    expect(created()).toBe(before + 2);
  });

  it('that fails is made up for by the other version, and ends when it fails again', async () => {
    serving.by('northgate', 'v1');
    const expected = await communal.ask(RESIDENT, METERS, home);
    serving.tryV2('northgate', 100);
    await communal.misbehave({ 'v2:queryMeterDevices': { kind: 'status', status: 404, type: 'gone' } });
    await communal.calls();
    for (let asked = 0; asked < 4; asked += 1) expect(await communal.ask(RESIDENT, METERS, home)).toEqual(expected);
    expect(await isReturned('northgate')).toBe(true);
    await communal.calls();
    await communal.ask(RESIDENT, METERS, home);
    expect((await paths()).filter((path) => path.startsWith('/v2/'))).toEqual([]);
  });
});

describe('answers of two versions', () => {
  const RIVERSIDE = claimsOf('RESIDENT', 'riverside', ['riverside-p01-r01']);
  const there = residenceId(tenantId('riverside'), residenceKey('riverside-p01-r01'));
  const ask = (selection = 'account { meters { serial } }') =>
    communal.ask(RIVERSIDE, ENTITY('Residence', selection), {
      of: [{ __typename: 'Residence', id: there }],
    });
  const outcomes = async (): Promise<Readonly<Record<string, number>>> => {
    const values = (await communal.metrics.getSingleMetric('partner_version_comparisons_total')?.get())?.values ?? [];
    const here = values.filter(({ labels }) => labels['company'] === 'riverside');
    return Object.fromEntries(here.map(({ labels, value }) => [String(labels['outcome']), value]));
  };
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (let waited = 0; !(await isSo()); waited += 1) {
      if (waited > 200) throw new Error('it does not come to that');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('are compared in the background, and are the same', async () => {
    serving.tryV2('riverside', 0, 100);
    const { errors } = await ask();
    expect(errors).toBeUndefined();
    // Accounts and meters.
    await until(async () => (await outcomes())['same'] === 2);
    expect(await outcomes()).toEqual({ same: 2 });
  });

  it('hold nothing up when the other version does not answer', async () => {
    await communal.misbehave({ 'v2:queryAccounts': { kind: 'slow' } });
    const began = performance.now();
    expect((await ask()).errors).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('that differ end the trial', async () => {
    serving.tryV2('riverside', 0, 100);
    await communal.misbehave({ 'v2:queryMeters': { kind: 'reversed' } });
    await until(async () => {
      await ask();
      return isReturned('riverside');
    });
    expect((await outcomes())['different']).toBeGreaterThan(0);
    serving.tryV2('riverside', 100);
    const from = { account: { source: { apiVersion: 'v1' } } };
    // Looks that were begun before may still ask the partner; nobody is served by them.
    expect(await ask('account { source { apiVersion } }')).toEqual({ data: { _entities: [from] } });
  });
});

describe('the end of a version', () => {
  it('is taken from the answers and from the contract', async () => {
    const text = await communal.metrics.metrics();
    const since = Date.parse('2026-07-01T00:00:00Z') / 1_000;
    const end = Date.parse('2027-12-31T23:59:59Z') / 1_000;
    expect(text).toContain(`partner_version_deprecation_timestamp_seconds{partner="communal",version="v1"} ${since}`);
    expect(text).toContain(`partner_version_sunset_timestamp_seconds{partner="communal",version="v1"} ${end}`);
    expect(text).not.toContain('partner_version_sunset_timestamp_seconds{partner="communal",version="v2"}');
  });
});
