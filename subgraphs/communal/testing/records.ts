/** For tests: records as the partner gives them, of one residence. */
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import type { components } from '../partner/generated/v1.ts';
import type { CommunalForTests } from './start-communal.ts';

type Schemas = components['schemas'];

export const NORTHGATE = tenantId('northgate');
export const HOME = residenceKey('northgate-p01-r01');
export const RESIDENT = claimsOf('RESIDENT', 'northgate', [HOME]);
export const OWNED = { companyId: 'northgate', residenceRef: HOME };

/** The id of something in the residence; of the residence itself by its own key. */
export const idOf = (type: string, key: string): string => encodeId({ tenant: NORTHGATE, type, residence: HOME, key });

export const meter = (change: Partial<Schemas['Meter']> = {}): Schemas['Meter'] => ({
  ...OWNED,
  id: 'mtr-1',
  accountId: 'acc-1',
  kind: 'cold-water',
  serial: 'C42',
  verifyBy: '2029-12-31',
  zones: 1,
  ...change,
});
export const reading = (change: Partial<Schemas['Reading']> = {}): Schemas['Reading'] => ({
  ...OWNED,
  id: 'rdg-1',
  meterId: 'mtr-1',
  zones: [{ zone: 1, value: '12.500' }],
  readAt: '2026-03-31T23:59:59Z',
  origin: 'operator',
  status: 'confirmed',
  ...change,
});

/** The partner answers with one account that holds this, encrypted. */
export function holdAccount({ answers }: CommunalForTests, personal: string): void {
  answers.queryAccounts = async ({ encrypt }) => ({
    items: [{ ...OWNED, id: 'acc-1', personal: await encrypt(personal) }],
  });
}

/** What the graph shows of an entity to somebody who lives there. */
export function entity(
  communal: CommunalForTests,
  type: string,
  key: string,
  selection: string,
  external: object = {},
) {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`;
  return communal.ask(RESIDENT, query, { of: [{ __typename: type, id: idOf(type, key), ...external }] });
}
