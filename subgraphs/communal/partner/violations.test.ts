import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { entity, HOME, holdAccount, meter, OWNED, reading } from '../testing/records.ts';
import { type CommunalForTests, startCommunal } from '../testing/start-communal.ts';

/** A value that nobody may be shown. */
const CANARY = 'Ada-Lovelace-flat-7';

let communal: CommunalForTests;
beforeAll(async () => {
  communal = await startCommunal();
});
afterAll(() => communal.stop());
afterEach(() => {
  for (const operation of Object.keys(communal.answers)) Reflect.deleteProperty(communal.answers, operation);
});

describe("a partner's record that breaks the contract", () => {
  it.each<[string, object, string]>([
    ['an unknown kind', { kind: CANARY }, 'items[0].kind'],
    ['no date', { verifyBy: CANARY }, 'items[0].verifyBy'],
    ['a key that no id can carry', { id: `${CANARY}/1` }, 'items[0].id'],
    ['no owner', { companyId: undefined }, 'items[0].companyId'],
  ])('is refused with its place and no value: a meter with %s', async (_, change, place) => {
    communal.answers.queryMeters = () => ({ items: [{ ...meter(), ...change }] });
    const answer = await entity(communal, 'Meter', 'mtr-1', 'kind');
    expect(answer).toMatchObject({ data: { _entities: [null] }, errors: [violationAt(place)] });
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  it.each<[string, object, string]>([
    ['a number instead of a decimal string', { zones: [{ zone: 1, value: 12.5 }] }, 'items[0].zones[0].value'],
    ['four decimals', { zones: [{ zone: 1, value: '1.0001' }] }, 'items[0].zones[0].value'],
    ['no instant', { readAt: '2026-03-31' }, 'items[0].readAt'],
  ])('is refused with its place: a reading with %s', async (_, change, place) => {
    communal.answers.queryMeters = () => ({ items: [meter()] });
    communal.answers.queryReadings = () => ({ items: [{ ...reading(), ...change }] });
    const answer = await entity(communal, 'Meter', 'mtr-1', 'serial readings(first: 1) { nodes { id } }');
    expect(answer).toMatchObject({
      data: { _entities: [{ serial: 'C42', readings: null }] },
      errors: [violationAt(place)],
    });
  });

  it.each([
    ['no JSON', CANARY, 'Account.personal'],
    ['another type', JSON.stringify(CANARY), 'Account.personal'],
    ['a missing member', JSON.stringify({ number: CANARY, holderName: CANARY }), 'Account.personal.balance'],
    [
      'a balance that is no decimal',
      JSON.stringify({ number: CANARY, holderName: CANARY, balance: 12.5 }),
      'Account.personal.balance',
    ],
  ])('is refused with its place and no value when what was encrypted is %s', async (_, personal, place) => {
    holdAccount(communal, personal);
    const answer = await entity(communal, 'UtilityAccount', 'acc-1', 'holderName source { partner }');
    expect(answer).toMatchObject({
      data: { _entities: [{ holderName: null, source: { partner: 'communal' } }] },
      errors: [{ path: ['_entities', 0, 'holderName'], ...violationAt(place) }],
    });
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  function violationAt(place: string) {
    return {
      message: `The partner communal answered something that its contract does not allow at ${place}.`,
      extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
    };
  }
});

describe("a record of somebody else's", () => {
  it('is dropped and counted when it is of another company', async () => {
    const counted = async (): Promise<number> =>
      (await communal.metrics.getSingleMetric('partner_foreign_records_total')?.get())?.values[0]?.value ?? 0;
    const before = await counted();
    await communal.misbehave({ queryMeters: { kind: 'foreign-record' } });
    const { data, errors } = await entity(communal, 'Residence', HOME, 'account { meters { serial } }');
    await communal.misbehave({});
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ _entities: [{ account: { meters: { length: 4 } } }] });
    const foreign = communal.estate.metersOf('riverside', 'riverside-p01-r01').map(({ serial }) => serial);
    expect(foreign.some((serial) => JSON.stringify(data).includes(serial))).toBe(false);
    expect(await counted()).toBeGreaterThan(before);
  });

  it('is none when it is of a residence that the partner was not asked for', async () => {
    const neighbour = 'northgate-p01-r02';
    communal.answers.queryServiceRequests = async ({ encrypt }) => ({
      items: [
        {
          ...OWNED,
          residenceRef: neighbour,
          id: 'req-1',
          number: 'NO10001',
          status: 'open',
          category: 'other',
          description: await encrypt(CANARY),
          createdAt: '2026-03-01T08:00:00Z',
        },
      ],
    });
    communal.consents.withdraw(neighbour);
    const query = '{ serviceRequests(first: 5) { nodes { number } } }';
    const answer = await communal.ask(claimsOf('DISPATCHER', 'northgate'), query);
    communal.consents.restore();
    expect(answer).toEqual({ data: { serviceRequests: { nodes: [] } } });
  });
});
