/**
 * Orders to Homebridge, which knows neither commands nor idempotency keys: they are remembered here, for a day, by the
 * process that gave them.
 *
 * 1. A key that was given before: the same order tells what became of it, another one is refused.
 * 2. The settings are made one after the other, and the last answer is compared with what was wanted.
 * 3. When an answer is lost, the state is read again. As wanted: it is done. Otherwise nobody knows: it may be under way.
 * 4. Whoever asks later for a command that wasn't settled has the state read once more.
 */
import { KEY_REUSED } from '@commonhold/kit/partner/idempotency-key.ts';
import { PartnerError } from '@commonhold/kit/partner/partner-error.ts';
import type { ResidenceKey, TenantId, TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { LRUCache } from 'lru-cache';
import type { CommandParent, DeviceParent } from '../../parents.ts';
import type { DeviceOrder } from '../device-partner.ts';
import { commandId } from '../mapping.ts';
import type { HomebridgeClient } from './client.ts';
import type { HomebridgeDevice } from './devices.ts';
import { type Outcome, outcomeOf, settingsOf } from './settings.ts';

const GREATEST_NUMBER = 10_000;
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1_000;
const LOST: Outcome = { status: 'UNKNOWN', reason: 'answer-lost' };

interface RememberedOrder {
  readonly tenant: TenantId;
  readonly key: string;
  readonly residence: ResidenceKey;
  readonly target: string;
  readonly order: DeviceOrder;
  readonly acceptedAt: string;
  outcome: Promise<Outcome>;
}

/** Of all companies and requests; made once a process. */
export type OrderMemory = LRUCache<string, RememberedOrder>;

export function createOrderMemory(): OrderMemory {
  return new LRUCache({ max: GREATEST_NUMBER, ttl: KEPT_MILLISECONDS });
}

/** What orders need of the request that they are given or asked for in. */
export interface OrderDesk {
  readonly partner: string;
  readonly tenant: TenantId;
  readonly client: HomebridgeClient;
  /** The devices, read once in the request. */
  devices(): Promise<ReadonlyMap<string, HomebridgeDevice>>;
  /** Has them read anew from now on: something has changed. */
  forget(): void;
}

export interface Orders {
  give(key: string, target: Pick<DeviceParent, 'key' | 'residenceKey'>, order: DeviceOrder): Promise<CommandParent>;
  find(id: TypedId): Promise<CommandParent | undefined>;
}

export function createOrders(memory: OrderMemory, desk: OrderDesk): Orders {
  const { partner, tenant } = desk;
  return {
    give: async (key, { key: target, residenceKey: residence }, order) => {
      const place = `${tenant}/${key}`;
      const before = memory.get(place);
      if (before && !isSame(before, target, order)) {
        const options = { detail: 'key given before', mayHaveTakenEffect: false, reason: KEY_REUSED };
        throw new PartnerError(partner, 'PARTNER_REJECTED', options);
      }
      if (before) return commandOf(before, await settle(before, desk));
      const acceptedAt = new Date().toISOString();
      const given = { tenant, key, residence, target, order, acceptedAt, outcome: carryOut(target, order, desk) };
      memory.set(place, given);
      try {
        return commandOf(given, await given.outcome);
      } catch (error) {
        memory.delete(place);
        throw error;
      }
    },
    find: async ({ key, residence }) => {
      const before = memory.get(`${tenant}/${key}`);
      return before?.residence === residence && before ? commandOf(before, await settle(before, desk)) : undefined;
    },
  };
}

/** @throws {PartnerError} when it certainly wasn't carried out */
async function carryOut(target: string, order: DeviceOrder, desk: OrderDesk): Promise<Outcome> {
  const found = (await desk.devices()).get(target);
  const settings = settingsOf(order);
  const isPossible =
    found && settings.every(({ characteristicType }) => found.service.values[characteristicType] != null);
  if (!isPossible || settings.length === 0) return { status: 'FAILED', reason: 'not-supported' };
  desk.forget();
  let { service } = found;
  let isBegun = false;
  try {
    for (const setting of settings) {
      service = await desk.client.set(service, setting);
      isBegun = true;
    }
    return outcomeOf(order, service.values);
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    if (isBegun || error.mayHaveTakenEffect) return await look(target, order, desk, LOST);
    if (error.code === 'PARTNER_REJECTED') return { status: 'FAILED', reason: 'refused' };
    throw error;
  }
}

/** What the device's state tells of an order that wasn't settled `before`; that it isn't as ordered yet tells nothing. */
async function look(target: string, order: DeviceOrder, { devices }: OrderDesk, before: Outcome): Promise<Outcome> {
  const found = await devices().catch(() => undefined);
  const device = found?.get(target);
  const outcome = device && outcomeOf(order, device.service.values);
  return outcome?.status === 'DONE' || outcome?.reason === 'jammed' ? outcome : before;
}

async function settle(given: RememberedOrder, desk: OrderDesk): Promise<Outcome> {
  const before = await given.outcome;
  if (before.status === 'DONE' || before.status === 'FAILED') return before;
  const outcome = await look(given.target, given.order, desk, before);
  given.outcome = Promise.resolve(outcome);
  return outcome;
}

function isSame(before: RememberedOrder, target: string, order: DeviceOrder): boolean {
  return JSON.stringify([before.target, before.order]) === JSON.stringify([target, order]);
}

function commandOf({ tenant, key, residence, target, acceptedAt }: RememberedOrder, outcome: Outcome): CommandParent {
  return { id: commandId(tenant, residence, key), residenceKey: residence, target, acceptedAt, ...outcome };
}
