/**
 * The sandbox partner's operations, as its OpenAPI document of version 2 has them: what version 1 does, said in another
 * way, so that both have one state.
 */
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { Problem } from '@commonhold/kit/sandbox/problem.ts';
import type { operations as v1, components as v1Components } from '../partner/generated/v1.ts';
import type { components, operations } from '../partner/generated/v2.ts';

type Schemas = components['schemas'];
type Old = v1Components['schemas'];
type Ref = Schemas['Ref'];

export function createV2Handlers(old: SandboxHandlers<v1>): SandboxHandlers<operations> {
  return {
    queryDevices: async (call) => {
      const { residences, ids, after, size = 100 } = call.body;
      const body = { ...placesOf({ residences, ids }), limit: size, ...(after ? { cursor: cursorOf(after) } : {}) };
      const encrypt = (text: string) => call.encrypt(JSON.stringify(presence(JSON.parse(text))));
      const { items, nextCursor } = await old.queryDevices({ ...call, body, encrypt });
      return { items: items.map(device), next: nextCursor === undefined ? null : { after: afterOf(nextCursor) } };
    },
    queryDeviceStates: async (call) => {
      const ids = call.body.ids.map(keyOf);
      const body = { ids, limit: ids.length };
      const { items } = await old.queryDevices({ ...call, body, encrypt: async () => '' });
      return { items: items.map(deviceState) };
    },
    queryScenes: async (call) => {
      const { items } = await old.queryScenes({ ...call, body: placesOf(call.body) });
      return { items: items.map((record) => ({ ...owned(record), title: record.label })) };
    },
    queryDeviceEvents: async (call) => {
      const body = { devices: call.body.ids.map(keyOf), limit: call.body.limit };
      const encrypt = (text: string) => call.encrypt(JSON.stringify(eventDetail(JSON.parse(text))));
      const { items } = await old.queryDeviceEvents({ ...call, body, encrypt });
      return {
        items: items.map((record) => ({
          ...owned(record),
          device: ref(record.deviceId),
          detail: record.detail,
        })),
      };
    },
    createCommand: async (call) => {
      const { subject, verb, on, brightnessPermille, centiCelsius } = call.body;
      const body = {
        target: keyOf(subject),
        action: ACTIONS[verb],
        ...(on === undefined ? {} : { on }),
        ...(brightnessPermille === undefined ? {} : { brightness: Math.round(brightnessPermille / 10) }),
        ...(centiCelsius === undefined ? {} : { temperature: centiCelsius / 100 }),
      };
      return command(await old.createCommand({ ...call, body }));
    },
    queryCommands: async (call) => {
      const { items } = await old.queryCommands({ ...call, body: { idempotencyKeys: call.body.keys } });
      return { items: items.map(command) };
    },
  };
}

const CATEGORIES = {
  'door-lock': 'LOCK',
  light: 'LAMP',
  thermostat: 'CLIMATE',
  'leak-sensor': 'LEAK',
  'motion-sensor': 'MOTION',
  'water-valve': 'VALVE',
  'smart-meter': 'METER',
} as const satisfies Record<Old['Device']['kind'], Schemas['Device']['category']>;
const ACTIONS = {
  LOCK: 'lock',
  UNLOCK: 'unlock',
  SWITCH: 'switch',
  SET_TEMPERATURE: 'set-temperature',
  CLOSE: 'close',
  RUN: 'run',
} as const;
const EVENTS = { locked: 'LOCKED', unlocked: 'UNLOCKED', motion: 'MOVEMENT' } as const;
const OUTCOMES = { accepted: 'PENDING', done: 'SUCCEEDED', failed: 'FAILED' } as const;
const CAUSES = { 'device-offline': 'OFFLINE', 'not-supported': 'UNSUPPORTED', 'out-of-range': 'OUT_OF_RANGE' } as const;

const ref = (value: string): Ref => ({ value });
const keyOf = ({ value }: Ref): string => value;

/** Version 1 hides the last device of a page in its cursor. */
function cursorOf({ value }: Ref): string {
  return Buffer.from(`after:${value}`).toString('base64url');
}

function afterOf(cursor: string): Ref {
  const [, value] = /^after:(.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (value === undefined) throw new Problem(500, 'failed', 'No device to go on after');
  return ref(value);
}

function placesOf({ residences, ids }: { residences?: Ref[] | undefined; ids?: Ref[] | undefined }): {
  residences?: string[];
  ids?: string[];
} {
  return {
    ...(residences ? { residences: residences.map(keyOf) } : {}),
    ...(ids ? { ids: ids.map(keyOf) } : {}),
  };
}

function owned({ id, companyId, residenceRef }: Pick<Old['Scene'], 'id' | 'companyId' | 'residenceRef'>) {
  return { id: ref(id), companyId, residence: ref(residenceRef) };
}

function device(record: Old['Device']): Schemas['Device'] {
  return {
    ...owned(record),
    category: CATEGORIES[record.kind],
    displayName: record.label,
    connectivity: record.online ? 'ONLINE' : 'OFFLINE',
    batteryPermille: record.battery === null ? null : record.battery * 10,
    ...(record.presence === undefined ? {} : { presence: record.presence }),
  };
}

function deviceState({ id, companyId, state }: Old['Device']): Schemas['DeviceState'] {
  const { locked, on, brightness, temperature, targetTemperature, leaking, open, powerWatts } = state;
  return {
    companyId,
    device: ref(id),
    ...(locked === undefined ? {} : { bolt: boltOf(locked) }),
    ...(on === undefined ? {} : { lit: on }),
    ...(brightness === undefined ? {} : { brightnessPermille: brightness === null ? null : brightness * 10 }),
    ...(temperature === undefined ? {} : { centiCelsius: Math.round(temperature * 100) }),
    ...(targetTemperature === undefined ? {} : { targetCentiCelsius: Math.round(targetTemperature * 100) }),
    ...(leaking === undefined ? {} : { wet: leaking }),
    ...(open === undefined ? {} : { flows: open }),
    ...(powerWatts === undefined ? {} : { milliwatts: Math.round(powerWatts * 1_000) }),
  };
}

function boltOf(locked: boolean | null): NonNullable<Schemas['DeviceState']['bolt']> {
  if (locked === null) return 'UNKNOWN';
  return locked ? 'CLOSED' : 'OPEN';
}

function presence({ occupied, lastMotionAt }: Old['Presence']): Schemas['Presence'] {
  return { present: occupied, lastMovementAt: lastMotionAt };
}

function eventDetail({ kind, occurredAt }: Old['DeviceEventDetail']): Schemas['DeviceEventDetail'] {
  return { type: EVENTS[kind], at: occurredAt };
}

function command(record: Old['Command']): Schemas['Command'] {
  return {
    ...owned(record),
    key: record.idempotencyKey,
    subject: ref(record.target),
    outcome: OUTCOMES[record.status],
    ...(record.reason === undefined ? {} : { cause: CAUSES[record.reason] }),
    takenAt: record.acceptedAt,
  };
}
