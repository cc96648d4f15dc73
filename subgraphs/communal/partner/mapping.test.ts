import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { entity, HOME, holdAccount, idOf, meter, NORTHGATE, OWNED, RESIDENT, reading } from '../testing/records.ts';
import { type CommunalForTests, startCommunal } from '../testing/start-communal.ts';
import type { components } from './generated/v1.ts';

type Schemas = components['schemas'];

let communal: CommunalForTests;
beforeAll(async () => {
  communal = await startCommunal();
});
afterAll(() => communal.stop());
afterEach(() => {
  for (const operation of Object.keys(communal.answers)) Reflect.deleteProperty(communal.answers, operation);
});

const shown = (entity: object) => ({ data: { _entities: [entity] } });

describe("a partner's record", () => {
  it.each<[Schemas['MeterKind'], string]>([
    ['cold-water', 'COLD_WATER'],
    ['hot-water', 'HOT_WATER'],
    ['electricity', 'ELECTRICITY'],
    ['heat', 'HEAT'],
    ['gas', 'GAS'],
  ])('of a meter for %s is shown as %s', async (kind, expected) => {
    communal.answers.queryMeters = () => ({ items: [meter({ kind })] });
    expect(
      await entity(communal, 'Meter', 'mtr-1', 'id kind serial nextVerificationOn source { partner apiVersion }'),
    ).toEqual(
      shown({
        id: idOf('Meter', 'mtr-1'),
        kind: expected,
        serial: 'C42',
        nextVerificationOn: '2029-12-31',
        source: { partner: 'communal', apiVersion: 'v1' },
      }),
    );
  });

  it('of a meter with a smart meter leads to the device, and one without leads nowhere', async () => {
    communal.answers.queryMeters = () => ({ items: [meter({ smartMeterRef: 'dev-7' })] });
    expect(await entity(communal, 'Meter', 'mtr-1', 'device { id }')).toEqual(
      shown({ device: { id: idOf('Device', 'dev-7') } }),
    );
    communal.answers.queryMeters = () => ({ items: [meter()] });
    expect(await entity(communal, 'Meter', 'mtr-1', 'device { id }')).toEqual(shown({ device: null }));
  });

  it.each<[Schemas['Reading']['origin'], string, Schemas['Reading']['status'], string]>([
    ['automatic', 'AUTOMATIC', 'confirmed', 'CONFIRMED'],
    ['resident', 'RESIDENT', 'submitted', 'SUBMITTED'],
    ['operator', 'OPERATOR', 'rejected', 'REJECTED'],
  ])('of a reading that is %s is shown as %s, and %s as %s', async (origin, source, status, expected) => {
    const zones = [
      { zone: 1, value: '999999999999.999' },
      { zone: 2, value: '0.1' },
    ];
    communal.answers.queryMeters = () => ({ items: [meter()] });
    communal.answers.queryReadings = () => ({
      items: [reading({ origin, status, zones, readAt: '2026-04-01T01:59:59+02:00' })],
    });
    const selection = 'readings(first: 5) { nodes { id values { zone value } readAt source status } }';
    expect(await entity(communal, 'Meter', 'mtr-1', selection)).toEqual(
      shown({
        readings: {
          nodes: [
            {
              id: idOf('Reading', 'rdg-1'),
              values: zones,
              readAt: '2026-03-31T23:59:59.000Z',
              source,
              status: expected,
            },
          ],
        },
      }),
    );
  });

  it('of an account is opened only for its personal fields', async () => {
    holdAccount(communal, JSON.stringify({ number: 'NO-1', holderName: 'Ada Abel', balance: '-12.50' }));
    expect(
      await entity(communal, 'UtilityAccount', 'acc-1', 'number holderName balanceEuros residence { id }'),
    ).toEqual(
      shown({
        number: 'NO-1',
        holderName: 'Ada Abel',
        balanceEuros: '-12.50',
        residence: { id: idOf('Residence', HOME) },
      }),
    );
    communal.answers.queryAccounts = () => ({ items: [{ ...OWNED, id: 'acc-1', personal: 'a.b.c.d.e' }] });
    expect(await entity(communal, 'UtilityAccount', 'acc-1', 'id')).toEqual(
      shown({ id: idOf('UtilityAccount', 'acc-1') }),
    );
  });

  it('of charges and bills keeps amounts as they are written', async () => {
    const money = { ...OWNED, accountId: 'acc-1', month: '2026-03' };
    holdAccount(communal, '{}');
    communal.answers.queryCharges = () => ({ items: [{ ...money, id: 'chg-1', service: 'Heating', amount: '0.10' }] });
    communal.answers.queryBills = () => ({
      items: [{ ...money, id: 'bil-1', amount: '-0.01', dueOn: '2026-04-14', paid: false }],
    });
    const selection =
      'charges(first: 5) { id service month amountEuros } bills(first: 5) { id month amountEuros dueOn paid }';
    expect(await entity(communal, 'UtilityAccount', 'acc-1', selection)).toEqual(
      shown({
        charges: [{ id: idOf('Charge', 'chg-1'), service: 'Heating', month: '2026-03', amountEuros: '0.10' }],
        bills: [
          { id: idOf('Bill', 'bil-1'), month: '2026-03', amountEuros: '-0.01', dueOn: '2026-04-14', paid: false },
        ],
      }),
    );
  });

  it('of an outage names the building by its own id, and an end that is not known is null', async () => {
    communal.answers.queryOutages = () => ({
      items: [
        {
          id: 'out-1',
          companyId: 'northgate',
          propertyRef: 'northgate-p01',
          kind: 'hot-water',
          startsAt: '2026-03-01T08:00:00+01:00',
          planned: true,
        },
      ],
    });
    const property = encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: 'northgate-p01' });
    const query = '{ outages { kind property { id } startsAt endsAt planned } }';
    expect(await communal.ask(RESIDENT, query)).toEqual({
      data: {
        outages: [
          {
            kind: 'HOT_WATER',
            property: { id: property },
            startsAt: '2026-03-01T07:00:00.000Z',
            endsAt: null,
            planned: true,
          },
        ],
      },
    });
  });

  it.each<[Schemas['ServiceRequestStatus'], string, Schemas['ServiceRequestCategory'], string]>([
    ['open', 'OPEN', 'plumbing', 'PLUMBING'],
    ['assigned', 'ASSIGNED', 'heating', 'HEATING'],
    ['in-progress', 'IN_PROGRESS', 'electrical', 'ELECTRICAL'],
    ['done', 'DONE', 'access', 'ACCESS'],
    ['cancelled', 'CANCELLED', 'other', 'OTHER'],
  ])(
    'of a service request that is %s is shown as %s, about %s as %s',
    async (status, shownStatus, category, shownCategory) => {
      communal.answers.queryServiceRequests = async ({ encrypt }) => ({
        items: [
          {
            ...OWNED,
            id: 'req-1',
            number: 'NO10001',
            status,
            category,
            deadline: null,
            description: await encrypt('The tap drips'),
            createdAt: '2026-03-01T08:00:00Z',
          },
        ],
      });
      const selection = 'number status category deadline description createdAt residence { id }';
      expect(await entity(communal, 'ServiceRequest', 'req-1', selection)).toEqual(
        shown({
          number: 'NO10001',
          status: shownStatus,
          category: shownCategory,
          deadline: null,
          description: 'The tap drips',
          createdAt: '2026-03-01T08:00:00.000Z',
          residence: { id: idOf('Residence', HOME) },
        }),
      );
    },
  );
});

describe('heat per square metre', () => {
  const heat = (month: string, value: string, change: Partial<Schemas['Reading']> = {}): Schemas['Reading'] =>
    reading({ id: `rdg-${month}-${value}`, readAt: `${month}T23:59:59Z`, zones: [{ zone: 1, value }], ...change });
  const perSquareMeter = (items: Schemas['Reading'][], areaSquareMeters?: string) => {
    communal.answers.queryMeters = () => ({ items: [meter({ kind: 'heat' })] });
    communal.answers.queryReadings = () => ({ items });
    const external = areaSquareMeters === undefined ? {} : { areaSquareMeters };
    return entity(communal, 'Residence', HOME, 'consumptionPerSquareMeter', external);
  };
  const year = [
    heat('2026-02-28', '1600.5'),
    heat('2025-06-30', '1100'),
    heat('2025-02-28', '1000'),
    heat('2025-01-31', '900'),
  ];

  it('is what twelve months came to, by the area, rounded to thousandths', async () => {
    expect(await perSquareMeter(year, '60.00')).toEqual(shown({ consumptionPerSquareMeter: '10.008' }));
  });

  it('does not count readings that were not confirmed', async () => {
    const items = [
      heat('2026-03-15', '9000', { status: 'submitted' }),
      heat('2026-03-10', '8000', { status: 'rejected' }),
      ...year,
    ];
    expect(await perSquareMeter(items, '60.00')).toEqual(shown({ consumptionPerSquareMeter: '10.008' }));
  });

  it('is null without a year of readings, without an area, or with none', async () => {
    expect(await perSquareMeter(year.slice(0, 2), '60.00')).toEqual(shown({ consumptionPerSquareMeter: null }));
    expect(await perSquareMeter(year)).toEqual(shown({ consumptionPerSquareMeter: null }));
    expect(await perSquareMeter(year, '0')).toEqual(shown({ consumptionPerSquareMeter: null }));
  });
});
