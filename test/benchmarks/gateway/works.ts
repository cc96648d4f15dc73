/** What is asked of every side. */
import type { Role } from './roles.ts';

export interface Work {
  readonly name: string;
  readonly query: string;
  /** Who asks. */
  readonly role: Role;
}

/** A work on the graph of housing. */
export interface HousingWork extends Work {
  /** How many residences the answer holds. */
  readonly residences: number;
  readonly isWithDevices: boolean;
  readonly isWithAccounts: boolean;
}

const DEVICES = 'devices { id name kind reachable batteryPercent on temperatureCelsius updatedAt }';
const ACCOUNT = 'account { id status meters { id kind serial unit } }';

const W2 = {
  name: 'W2',
  query: `{ residences(first: 10) { id number floor areaSquareMeters ${DEVICES} ${ACCOUNT} } }`,
  role: 'DISPATCHER',
  residences: 10,
  isWithDevices: true,
  isWithAccounts: true,
} as const satisfies HousingWork;

export const HOUSING_WORKS: readonly HousingWork[] = [
  {
    name: 'W1',
    query: '{ residences(first: 10) { id number floor areaSquareMeters } }',
    role: 'DISPATCHER',
    residences: 10,
    isWithDevices: false,
    isWithAccounts: false,
  },
  W2,
  {
    name: 'W3',
    query: `{ residences(first: 50) { id number floor areaSquareMeters ${DEVICES} } }`,
    role: 'DISPATCHER',
    residences: 50,
    isWithDevices: true,
    isWithAccounts: false,
  },
  { ...W2, name: 'W5', role: 'ANALYST' },
];

const PRODUCT = 'inStock name price shippingEstimate upc weight';
const USER = `id username name reviews { id body product { ${PRODUCT} } }`;
const REVIEWED_PRODUCT = `${PRODUCT} reviews { id body author { ${USER} } }`;

/** What the Guild's benchmark of gateways asks: from people to reviews, products, reviews, people and on, twice. */
export const MARKET_WORKS: readonly Work[] = [
  {
    name: 'W4',
    query: `{
      users { id username name reviews { id body product { ${REVIEWED_PRODUCT} } } }
      topProducts(first: 5) { ${REVIEWED_PRODUCT} }
    }`,
    role: 'DISPATCHER',
  },
];
