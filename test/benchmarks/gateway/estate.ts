/** The records that the partner stubs hold: 50 residences of one company, each with 20 devices, an account, 4 meters. */
import { encodeId, type ResidenceKey, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';

export const TENANT = tenantId('northgate');

export interface Residence {
  readonly id: string;
  readonly number: string;
  readonly floor: number;
  readonly areaSquareMeters: string;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly reachable: boolean;
  readonly batteryPercent: number | null;
  readonly on: boolean;
  readonly temperatureCelsius: string | null;
  readonly updatedAt: string;
}

export interface Account {
  readonly id: string;
  readonly status: string;
  readonly meters: readonly Meter[];
}

export interface Meter {
  readonly id: string;
  readonly kind: string;
  readonly serial: string;
  readonly unit: string;
}

const DEVICE_KINDS = ['light', 'thermostat', 'lock', 'leak-sensor', 'motion-sensor'] as const;
const METER_KINDS = ['COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'HEAT'] as const;

export const RESIDENCES: readonly Residence[] = Array.from({ length: 50 }, (_, index) => residence(index));

/** The residence of a number, of which there is no end. */
export function residence(index: number): Residence {
  const key = residenceKey(`r${index}`);
  return {
    id: id('Residence', key, key),
    number: String(100 + index),
    floor: Math.floor(index / 10),
    areaSquareMeters: (40 + index / 2).toFixed(1),
  };
}

export const DEVICES: ReadonlyMap<string, readonly Device[]> = byResidence((key, number) =>
  Array.from({ length: 20 }, (_, index) => {
    const kind = DEVICE_KINDS[index % DEVICE_KINDS.length] ?? 'light';
    return {
      id: id('Device', key, `${key}-d${index}`),
      name: `${kind} ${index} of ${number}`,
      kind,
      reachable: index % 7 !== 0,
      batteryPercent: index % 3 === 0 ? null : 100 - index,
      on: index % 2 === 0,
      temperatureCelsius: kind === 'thermostat' ? (18 + index / 10).toFixed(1) : null,
      updatedAt: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
    };
  }),
);

export const ACCOUNTS: ReadonlyMap<string, Account> = byResidence((key, number) => ({
  id: id('UtilityAccount', key, `${key}-a`),
  status: number % 5 === 0 ? 'OPEN' : 'SETTLED',
  meters: METER_KINDS.map((kind, index) => ({
    id: id('Meter', key, `${key}-m${index}`),
    kind,
    serial: `${kind}-${number}-${index}`,
    unit: kind === 'ELECTRICITY' || kind === 'HEAT' ? 'kWh' : 'm3',
  })),
}));

function byResidence<Value>(make: (key: ResidenceKey, index: number) => Value): ReadonlyMap<string, Value> {
  return new Map(RESIDENCES.map(({ id }, index) => [id, make(residenceKey(`r${index}`), index)]));
}

function id(type: string, residence: ResidenceKey, key: string): string {
  return encodeId({ tenant: TENANT, type, residence, key });
}
