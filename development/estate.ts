/**
 * The sample estate: two companies, 40 buildings, 2,000 residences. Everything about it follows from its position, so
 * that the directory and the partners' sandboxes, which know nothing of each other, generate the same.
 */
import { createHash } from 'node:crypto';

export interface SampleCompany {
  readonly key: string;
  readonly name: string;
  readonly domain: string;
}

export interface SampleProperty {
  readonly company: string;
  readonly key: string;
  readonly name: string;
  readonly address: string;
}

export interface SampleResidence {
  readonly company: string;
  readonly property: string;
  readonly key: string;
  readonly number: string;
  readonly floor: number;
  readonly areaSquareMeters: string;
}

export const COMPANIES: readonly SampleCompany[] = [
  { key: 'northgate', name: 'Northgate Homes', domain: 'northgate.example' },
  { key: 'riverside', name: 'Riverside Living', domain: 'riverside.example' },
];

const PROPERTIES_PER_COMPANY = 20;
const RESIDENCES_PER_PROPERTY = 50;
/** For each company streets of its own: whoever reads a name or an address knows whose it is. */
const STREETS: readonly (readonly string[])[] = [
  ['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Gorse', 'Hazel', 'Ivy', 'Juniper'],
  ['Avocet', 'Bittern', 'Curlew', 'Dunlin', 'Egret', 'Finch', 'Grebe', 'Heron', 'Ibis', 'Jackdaw'],
];

/** The building whose devices live in a Homebridge server rather than at the smart-home partner. */
const HOMEBRIDGE_PROPERTY = 'riverside-p20';

export function sampleProperties(company: string): readonly SampleProperty[] {
  const names = STREETS[COMPANIES.findIndex(({ key }) => key === company)] ?? [];
  return Array.from({ length: PROPERTIES_PER_COMPANY }, (_, index) => {
    const street = `${names[index % names.length]} ${index < names.length ? 'Street' : 'Lane'}`;
    return {
      company,
      key: `${company}-p${String(index + 1).padStart(2, '0')}`,
      name: `${street} House`,
      address: `${street} ${index + 1}, Sampletown`,
    };
  });
}

export function sampleResidences(company: string): readonly SampleResidence[] {
  return sampleProperties(company).flatMap((property) =>
    Array.from({ length: RESIDENCES_PER_PROPERTY }, (_, index) => ({
      company,
      property: property.key,
      key: `${property.key}-r${String(index + 1).padStart(2, '0')}`,
      number: String((Math.floor(index / 10) + 1) * 100 + (index % 10) + 1),
      floor: Math.floor(index / 10),
      areaSquareMeters: (38 + ((index * 7) % 60) + (index % 4) * 0.25).toFixed(2),
    })),
  );
}

/** Whether the smart-home partner holds the residence's devices; those of one building are in a Homebridge server. */
export function isAtSmartHome({ property }: SampleResidence): boolean {
  return property !== HOMEBRIDGE_PROPERTY;
}

/** The smart-home partner's key of a device; the communal partner names smart meters by it, as the operator told both. */
export function sampleDeviceKey(company: string, residence: string, kind: string): string {
  return `dev-${sampleFingerprint(`${company}/${residence}/${kind}`).toString('hex').slice(0, 16)}`;
}

/** 32 bytes that follow from `text`: what generated records vary by. */
export function sampleFingerprint(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A residence that a partner may not process, and why. */
export interface SampleMissingConsent {
  readonly company: string;
  readonly partner: 'smart-home' | 'communal';
  readonly residence: string;
  readonly why: 'never-given' | 'withdrawn' | 'ended';
}

/**
 * The residences without a consent in force: of each company and partner one for each reason, in building p03 for
 * smart-home (r01 never given, r02 withdrawn, r03 ended) and in building p04 for communal; and one in the building whose
 * devices are in Homebridge. Every other residence has a consent for both partners, those of the personas included.
 */
export const RESIDENCES_WITHOUT_CONSENT: readonly SampleMissingConsent[] = [
  ...COMPANIES.flatMap(({ key: company }) =>
    (['smart-home', 'communal'] as const).flatMap((partner) =>
      (['never-given', 'withdrawn', 'ended'] as const).map((why, index) => ({
        company,
        partner,
        residence: `${company}-${partner === 'smart-home' ? 'p03' : 'p04'}-r0${index + 1}`,
        why,
      })),
    ),
  ),
  { company: 'riverside', partner: 'smart-home', residence: `${HOMEBRIDGE_PROPERTY}-r50`, why: 'never-given' },
];
