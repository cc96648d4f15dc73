import { badUserInput } from '@commonhold/kit/errors.ts';
import { explainReusedKey, partnerIdempotencyKey } from '@commonhold/kit/partner/idempotency-key.ts';
import { PartnerError } from '@commonhold/kit/partner/partner-error.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Services } from '../loaders.ts';
import type { CommandParent, DeviceParent, SceneParent } from '../parents.ts';
import type { DeviceOrder } from '../partner/device-partner.ts';
import { commandId } from '../partner/mapping.ts';

type Context = SubgraphContext<Services>;

const TEMPERATURE = /^\d{1,2}(\.\d)?$/;
const [LEAST_CELSIUS, GREATEST_CELSIUS] = [5, 30];
const [LEAST_BRIGHTNESS, GREATEST_BRIGHTNESS] = [1, 100];

export const Mutation: MutationResolvers = {
  setThermostat: (_root, { input }, context) => {
    const temperature = Number(input.targetTemperatureCelsius);
    const isInRange = temperature >= LEAST_CELSIUS && temperature <= GREATEST_CELSIUS;
    if (!TEMPERATURE.test(input.targetTemperatureCelsius) || !isInRange) {
      throw badUserInput('input.targetTemperatureCelsius', `has to be from ${LEAST_CELSIUS} to ${GREATEST_CELSIUS}`);
    }
    return commandDevice(context, input, 'device:control', 'thermostat', { action: 'set-temperature', temperature });
  },

  switchLight: (_root, { input }, context) => {
    const brightness = input.brightnessPercent ?? undefined;
    if (brightness !== undefined && (brightness < LEAST_BRIGHTNESS || brightness > GREATEST_BRIGHTNESS)) {
      throw badUserInput('input.brightnessPercent', `has to be from ${LEAST_BRIGHTNESS} to ${GREATEST_BRIGHTNESS}`);
    }
    const order = { action: 'switch', on: input.on, ...(brightness === undefined ? {} : { brightness }) } as const;
    return commandDevice(context, input, 'device:control', 'light', order);
  },

  lockDoor: (_root, { input }, context) => commandDevice(context, input, 'lock:open', 'door-lock', { action: 'lock' }),

  unlockDoor: (_root, { input }, context) =>
    commandDevice(context, input, 'lock:open', 'door-lock', { action: 'unlock' }),

  closeValve: (_root, { input }, context) =>
    commandDevice(context, input, 'device:control', 'water-valve', { action: 'close' }),

  runScene: async (_root, { input }, context) => {
    const id = ownId(context.principal, input.scene, ['Scene'], ['device:control']);
    const scene = id && (await context.loaders.scene.load(id));
    return command(context, input, scene ?? null, { action: 'run' });
  },
};

interface CommandInput {
  readonly idempotencyKey: string;
  readonly clientMutationId?: string | null | undefined;
}

async function commandDevice(
  context: Context,
  input: CommandInput & { readonly device: string },
  scope: 'device:control' | 'lock:open',
  kind: DeviceParent['kind'],
  order: DeviceOrder,
) {
  const id = ownId(context.principal, input.device, ['Device'], [scope]);
  const device = id && (await context.loaders.device.load(id));
  if (device && device.kind !== kind) throw badUserInput('input.device', `has to be a ${kind.replace('-', ' ')}`);
  const payload = await command(context, input, device ?? null, order);
  // The command's device is read again: it was loaded before the order changed it.
  if (id) context.loaders.device.clear(id);
  return payload;
}

/**
 * Sends the order. When the answer is lost, nobody knows whether it was carried out: the command is UNKNOWN, and its id
 * tells later what became of it, as does the same order with the same key, without carrying it out twice.
 */
async function command(
  { principal, partners }: Context,
  { idempotencyKey, clientMutationId = null }: CommandInput,
  target: DeviceParent | SceneParent | null,
  order: DeviceOrder,
) {
  const key = partnerIdempotencyKey(principal.tenant, 'command', idempotencyKey);
  if (!target) return { command: null, clientMutationId };
  try {
    return { command: await partners.of(target.residenceKey).order(key, target, order), clientMutationId };
  } catch (error) {
    if (!(error instanceof PartnerError) || !error.mayHaveTakenEffect) throw explainReusedKey(error);
    return { command: unknownCommand(principal.tenant, key, target), clientMutationId };
  }
}

function unknownCommand(
  tenant: Context['principal']['tenant'],
  key: string,
  target: DeviceParent | SceneParent,
): CommandParent {
  return {
    id: commandId(tenant, target.residenceKey, key),
    residenceKey: target.residenceKey,
    target: target.key,
    status: 'UNKNOWN',
    reason: 'answer-lost',
    acceptedAt: new Date().toISOString(),
  };
}
