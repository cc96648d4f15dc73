/**
 * The sandbox partner's devices: six or seven in each residence that it serves, 12,000 in all, each made from its place
 * so that a restart makes the same. What commands have changed since is kept beside them, in memory.
 */
import {
  COMPANIES,
  isAtSmartHome,
  sampleDeviceKey,
  sampleFingerprint,
  sampleResidences,
} from '@commonhold/development/estate.ts';
import type { components } from '../partner/generated/v1.ts';

export type DeviceKind = components['schemas']['Device']['kind'];
export type DeviceState = components['schemas']['DeviceState'];

/** A device with its personal part in clear; it is encrypted on its way out. */
export interface SandboxDevice {
  readonly id: string;
  readonly companyId: string;
  readonly residenceRef: string;
  readonly kind: DeviceKind;
  readonly label: string;
  readonly online: boolean;
  readonly battery: number | null;
  state: DeviceState;
}

export interface SandboxScene {
  readonly id: string;
  readonly companyId: string;
  readonly residenceRef: string;
  readonly label: string;
}

export interface SandboxEstate {
  readonly devices: ReadonlyMap<string, SandboxDevice>;
  readonly scenes: ReadonlyMap<string, SandboxScene>;
  devicesOf(company: string, residence: string): readonly SandboxDevice[];
  scenesOf(company: string, residence: string): readonly SandboxScene[];
}

const SCENES = ['Away', 'Night'];

export function createSandboxEstate(): SandboxEstate {
  const devices = new Map<string, SandboxDevice>();
  const scenes = new Map<string, SandboxScene>();
  const devicesByResidence = new Map<string, SandboxDevice[]>();
  const scenesByResidence = new Map<string, SandboxScene[]>();
  for (const { key: companyId } of COMPANIES) {
    for (const { key: residenceRef, property } of sampleResidences(companyId).filter(isAtSmartHome)) {
      const place = `${companyId}/${residenceRef}`;
      const devicesHere = devicesIn(companyId, residenceRef, WELL_EQUIPPED.has(property));
      const scenesHere = SCENES.map((label) => ({
        id: `scn-${sampleFingerprint(`${place}/${label}`).toString('hex').slice(0, 16)}`,
        companyId,
        residenceRef,
        label,
      }));
      devicesByResidence.set(place, devicesHere);
      scenesByResidence.set(place, scenesHere);
      for (const device of devicesHere) devices.set(device.id, device);
      for (const scene of scenesHere) scenes.set(scene.id, scene);
    }
  }
  return {
    devices,
    scenes,
    devicesOf: (company, residence) => devicesByResidence.get(`${company}/${residence}`) ?? [],
    scenesOf: (company, residence) => scenesByResidence.get(`${company}/${residence}`) ?? [],
  };
}

const WHERE: Readonly<Record<DeviceKind, string>> = {
  'door-lock': 'Entrance door',
  light: 'Kitchen light',
  thermostat: 'Living room thermostat',
  'leak-sensor': 'Bathroom leak sensor',
  'motion-sensor': 'Hall motion sensor',
  'water-valve': 'Main water valve',
  'smart-meter': 'Electricity meter',
};

/** Buildings whose residences have one of each kind. */
const WELL_EQUIPPED = new Set([10, 11, 12, 13, 14, 15].map((number) => `riverside-p${number}`));

/** Every residence has a lock, a light, a thermostat and a smart meter; two more kinds take turns. */
function devicesIn(companyId: string, residenceRef: string, hasAll: boolean): SandboxDevice[] {
  const turn = sampleFingerprint(`${companyId}/${residenceRef}`)[0] ?? 0;
  const turns: readonly DeviceKind[] = ['motion-sensor', 'leak-sensor', 'water-valve'];
  const kinds: DeviceKind[] = ['door-lock', 'light', 'thermostat', 'smart-meter'];
  kinds.push(...turns.filter((_, index) => hasAll || index !== turn % turns.length));
  return kinds.map((kind) => {
    const bytes = sampleFingerprint(`${companyId}/${residenceRef}/${kind}`);
    return {
      id: sampleDeviceKey(companyId, residenceRef, kind),
      companyId,
      residenceRef,
      kind,
      label: WHERE[kind],
      online: (bytes[7] ?? 0) > 4,
      battery: kind === 'smart-meter' || kind === 'light' ? null : 20 + ((bytes[8] ?? 0) % 80),
      state: initialState(kind, bytes),
    };
  });
}

function initialState(kind: DeviceKind, bytes: Buffer): DeviceState {
  const [first = 0, second = 0] = bytes;
  switch (kind) {
    case 'door-lock':
      return { locked: first % 20 === 0 ? null : first % 3 > 0 };
    case 'light':
      return { on: first % 2 === 0, brightness: second % 4 === 0 ? null : 1 + (second % 100) };
    case 'thermostat':
      return { temperature: 18 + (first % 60) / 10, targetTemperature: 19 + (second % 8) / 2 };
    case 'leak-sensor':
      return { leaking: first === 0 };
    case 'motion-sensor':
      return {};
    case 'water-valve':
      return { open: first % 10 > 0 };
    case 'smart-meter':
      return { powerWatts: 60 + ((first << 8) + second) / 20 };
  }
}
