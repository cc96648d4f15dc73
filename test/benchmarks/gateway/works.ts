/** What is asked of every side. */

export interface Work {
  readonly name: string;
  readonly query: string;
  /** How many residences the answer holds. */
  readonly residences: number;
  readonly isWithDevices: boolean;
  readonly isWithAccounts: boolean;
}

const DEVICES = 'devices { id name kind reachable batteryPercent on temperatureCelsius updatedAt }';
const ACCOUNT = 'account { id status meters { id kind serial unit } }';

export const WORKS: readonly Work[] = [
  {
    name: 'W1',
    query: '{ residences(first: 10) { id number floor areaSquareMeters } }',
    residences: 10,
    isWithDevices: false,
    isWithAccounts: false,
  },
  {
    name: 'W2',
    query: `{ residences(first: 10) { id number floor areaSquareMeters ${DEVICES} ${ACCOUNT} } }`,
    residences: 10,
    isWithDevices: true,
    isWithAccounts: true,
  },
  {
    name: 'W3',
    query: `{ residences(first: 50) { id number floor areaSquareMeters ${DEVICES} } }`,
    residences: 50,
    isWithDevices: true,
    isWithAccounts: false,
  },
];
