/** The sandbox partner's operations, as its OpenAPI document of version 1 has them. */
import { randomUUID } from 'node:crypto';
import { sampleFingerprint } from '@commonhold/development/estate.ts';
import type { SandboxCall, SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { page } from '@commonhold/kit/sandbox/paging.ts';
import { Problem } from '@commonhold/kit/sandbox/problem.ts';
import type { components, operations } from '../partner/generated/v1.ts';
import type { DeviceKind, DeviceState, SandboxDevice, SandboxEstate } from './estate.ts';

type Schemas = components['schemas'];
type AnyCall = Pick<SandboxCall<unknown>, 'companies' | 'encrypt'>;
type Order = operations['createCommand']['requestBody']['content']['application/json'];

const MINUTE_MILLISECONDS = 60 * 1000;
const EVENTS_KEPT = 60;

/** @param changed is told of each device that an order has changed */
export function createHandlers(
  estate: SandboxEstate,
  now: () => Date,
  changed: (device: SandboxDevice) => void = () => undefined,
): SandboxHandlers<operations> {
  const commands = new Map<string, Schemas['Command']>();
  const done = new Map<string, readonly ClearEvent[]>();

  const own = <Item extends { readonly companyId: string }>(
    { companies }: AnyCall,
    items: readonly (Item | undefined)[],
  ): readonly Item[] =>
    items.filter((item) => item !== undefined).filter(({ companyId }) => companies.includes(companyId));

  const device = async (record: SandboxDevice, { encrypt }: AnyCall): Promise<Schemas['Device']> => {
    if (record.kind !== 'motion-sensor') return record;
    const [first = 0, second = 0] = sampleFingerprint(`presence/${record.id}`);
    const lastMotionAt = new Date(now().getTime() - second * MINUTE_MILLISECONDS).toISOString();
    return { ...record, presence: await encrypt(JSON.stringify({ occupied: first % 2 === 0, lastMotionAt })) };
  };

  const finish = (
    { idempotencyKey = '' }: Pick<SandboxCall<unknown>, 'idempotencyKey'>,
    target: { readonly companyId: string; readonly residenceRef: string; readonly id: string },
    failure?: Schemas['Command']['reason'],
  ) => {
    const command: Schemas['Command'] = {
      id: `cmd-${randomUUID()}`,
      idempotencyKey,
      companyId: target.companyId,
      residenceRef: target.residenceRef,
      target: target.id,
      status: failure ? 'failed' : 'done',
      ...(failure ? { reason: failure } : {}),
      acceptedAt: now().toISOString(),
    };
    commands.set(`${target.companyId}/${idempotencyKey}`, command);
    return command;
  };

  return {
    queryDevices: async (call) => {
      const { residences, ids, cursor, limit = 100 } = call.body;
      const found = residences
        ? call.companies.flatMap((company) => residences.flatMap((residence) => estate.devicesOf(company, residence)))
        : (ids ?? []).map((id) => estate.devices.get(id));
      const stray = call.companies.slice(1).flatMap((company) => anyOf(estate, company));
      const { items, nextCursor } = page([...own(call, found)], { limit, cursor }, ({ id }) => id);
      const encrypted = await Promise.all([...items, ...stray].map((record) => device(record, call)));
      return nextCursor === undefined ? { items: encrypted } : { items: encrypted, nextCursor };
    },
    queryScenes: (call) => {
      const { residences, ids } = call.body;
      const found = residences
        ? residences.flatMap((residence) => estate.scenesOf(call.company, residence))
        : (ids ?? []).map((id) => estate.scenes.get(id));
      return { items: [...own(call, found)] };
    },
    queryDeviceEvents: async (call) => {
      const devices = own(
        call,
        call.body.devices.map((id) => estate.devices.get(id)),
      );
      const kept = devices.flatMap((record) =>
        [...(done.get(record.id) ?? []), ...eventsOf(record, now())].slice(0, call.body.limit),
      );
      const items = kept.map(async ({ detail, ...event }) => ({
        ...event,
        detail: await call.encrypt(JSON.stringify(detail)),
      }));
      return { items: await Promise.all(items) };
    },
    createCommand: (call) =>
      call.once(call.body, async () => {
        const scene = estate.scenes.get(call.body.target);
        if (scene?.companyId === call.company && call.body.action === 'run') return finish(call, scene);
        const target = estate.devices.get(call.body.target);
        if (target?.companyId !== call.company) throw new Problem(404, 'not-found', 'No such device or scene');
        const next = stateAfter(target, call.body);
        if (!next) return finish(call, target, 'not-supported');
        if (!target.online) return finish(call, target, 'device-offline');
        target.state = { ...target.state, ...next };
        changed(target);
        if (next.locked != null)
          done.set(target.id, [doorEvent(target, next.locked, now()), ...(done.get(target.id) ?? [])]);
        return finish(call, target);
      }),
    queryCommands: (call) => ({
      items: [
        ...own(
          call,
          call.body.idempotencyKeys.map((key) => commands.get(`${call.company}/${key}`)),
        ),
      ],
    }),
  };
}

/** What the order makes of the device; undefined: this kind of device can't do it. */
function stateAfter({ kind }: SandboxDevice, { action, on, brightness, temperature }: Order): DeviceState | undefined {
  const possible: Readonly<Record<Order['action'], readonly [DeviceKind, DeviceState] | undefined>> = {
    lock: ['door-lock', { locked: true }],
    unlock: ['door-lock', { locked: false }],
    switch: ['light', { ...(on === undefined ? {} : { on }), ...(brightness === undefined ? {} : { brightness }) }],
    'set-temperature': ['thermostat', temperature === undefined ? {} : { targetTemperature: temperature }],
    close: ['water-valve', { open: false }],
    run: undefined,
  };
  const [wanted, state] = possible[action] ?? [];
  return wanted === kind ? state : undefined;
}

/** Another company's device, as from a partner that mixes companies up. */
function anyOf(estate: SandboxEstate, company: string): readonly SandboxDevice[] {
  for (const device of estate.devices.values()) if (device.companyId === company) return [device];
  return [];
}

interface ClearEvent extends Omit<Schemas['DeviceEvent'], 'detail'> {
  readonly detail: Schemas['DeviceEventDetail'];
}

/** What a door's history says of an order that was carried out. */
function doorEvent({ id: deviceId, companyId, residenceRef }: SandboxDevice, isLocked: boolean, now: Date): ClearEvent {
  const detail = { kind: isLocked ? 'locked' : 'unlocked', occurredAt: now.toISOString() } as const;
  return { id: `evt-${randomUUID()}`, companyId, residenceRef, deviceId, detail };
}

function eventsOf({ id: deviceId, companyId, residenceRef, kind }: SandboxDevice, now: Date): readonly ClearEvent[] {
  if (kind !== 'door-lock' && kind !== 'motion-sensor') return [];
  return Array.from({ length: EVENTS_KEPT }, (_, index) => {
    const bytes = sampleFingerprint(`event/${deviceId}/${index}`);
    const minutesAgo = index * 90 + ((bytes[0] ?? 0) % 80);
    const happened = index % 2 === 0 ? 'locked' : 'unlocked';
    return {
      id: `evt-${bytes.toString('hex').slice(0, 16)}`,
      companyId,
      residenceRef,
      deviceId,
      detail: {
        kind: kind === 'door-lock' ? happened : 'motion',
        occurredAt: new Date(now.getTime() - minutesAgo * MINUTE_MILLISECONDS).toISOString(),
      },
    };
  });
}
