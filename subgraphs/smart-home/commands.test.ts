import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type SmartHomeForTests, startSmartHome } from './testing/start-smart-home.ts';

const HOME = residenceKey('northgate-p01-r01');
const RESIDENT = claimsOf('RESIDENT', 'northgate', [HOME]);
const NEIGHBOUR = claimsOf('RESIDENT', 'northgate', ['northgate-p01-r02']);

let smartHome: SmartHomeForTests;
beforeAll(async () => {
  smartHome = await startSmartHome();
});
afterAll(() => smartHome.stop());
afterEach(() => smartHome.misbehave({}));

/** The first device of a kind in the residence, made reachable. */
function deviceOf(kind: string): { readonly id: string; readonly key: string } {
  const device = smartHome.estate.devicesOf('northgate', HOME).find((each) => each.kind === kind);
  if (!device) throw new Error('no such device');
  Object.assign(device, { online: true });
  return { id: idOf('Device', device.id), key: device.id };
}

function idOf(type: string, key: string): string {
  return encodeId({ tenant: tenantId('northgate'), type, residence: HOME, key });
}

interface Command {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
}

async function lock(device: string, idempotencyKey: string): Promise<Command> {
  const mutation = `mutation ($input: DeviceCommandInput!) { lockDoor(input: $input) { command { id status reason } } }`;
  const { data, errors } = await smartHome.ask(RESIDENT, mutation, { input: { device, idempotencyKey } });
  expect(errors).toBeUndefined();
  return (data as { readonly lockDoor: { readonly command: Command } }).lockDoor.command;
}

const QUERY = 'query ($id: ID!) { command(id: $id) { id status reason device { name } } }';

/** What a door's own history says, and its state. */
async function door(id: string): Promise<{ readonly locked: boolean; readonly events: readonly string[] }> {
  const query = `query ($id: ID!) { device(id: $id) { ... on DoorLock { locked events(first: 100) { nodes { id } } } } }`;
  const { data } = await smartHome.ask(RESIDENT, query, { id });
  const { device } = data as {
    readonly device: { readonly locked: boolean; readonly events: { readonly nodes: readonly { id: string }[] } };
  };
  return { locked: device.locked, events: device.events.nodes.map((event) => event.id) };
}

describe('a command whose answer is lost', () => {
  it('is UNKNOWN, then DONE by its id, and was carried out once', async () => {
    const { id, key } = deviceOf('door-lock');
    const before = await door(id);
    await smartHome.misbehave({ createCommand: { kind: 'lost-answer' } });
    await smartHome.calls();
    const command = await lock(id, crypto.randomUUID());
    const orders = (await smartHome.calls()).filter(({ operation }) => operation === 'createCommand');
    expect(orders.length).toBeGreaterThan(1);
    expect(orders.every(({ asked }) => asked.includes(key))).toBe(true);
    expect(command).toMatchObject({ status: 'UNKNOWN', reason: 'answer-lost' });

    await smartHome.misbehave({});
    const settled = await smartHome.ask(RESIDENT, QUERY, { id: command.id });
    expect(settled).toEqual({
      data: { command: { id: command.id, status: 'DONE', reason: null, device: { name: 'Entrance door' } } },
    });
    const after = await door(id);
    expect(after.locked).toBe(true);
    expect(after.events.filter((event) => !before.events.includes(event))).toHaveLength(1);
  });

  it('has the same id and outcome when it is ordered again with the same key', async () => {
    const { id } = deviceOf('door-lock');
    const before = await door(id);
    const idempotencyKey = crypto.randomUUID();
    await smartHome.misbehave({ createCommand: { kind: 'lost-answer' } });
    const lost = await lock(id, idempotencyKey);
    await smartHome.misbehave({});
    expect(await lock(id, idempotencyKey)).toEqual({ id: lost.id, status: 'DONE', reason: null });
    const after = await door(id);
    expect(after.events.filter((event) => !before.events.includes(event))).toHaveLength(1);
  });

  it('is FAILED by its id when that was what the partner had answered', async () => {
    const { id, key } = deviceOf('door-lock');
    Object.assign(smartHome.estate.devices.get(key) ?? {}, { online: false });
    await smartHome.misbehave({ createCommand: { kind: 'lost-answer' } });
    const command = await lock(id, crypto.randomUUID());
    await smartHome.misbehave({});
    const { data } = await smartHome.ask(RESIDENT, QUERY, { id: command.id });
    expect(data).toMatchObject({ command: { id: command.id, status: 'FAILED', reason: 'device-offline' } });
  });

  it('is none when the order never arrived', async () => {
    const { id } = deviceOf('door-lock');
    const before = await door(id);
    await smartHome.misbehave({ createCommand: { kind: 'reset' } });
    const command = await lock(id, crypto.randomUUID());
    expect(command.status).toBe('UNKNOWN');
    await smartHome.misbehave({});
    expect(await smartHome.ask(RESIDENT, QUERY, { id: command.id })).toEqual({ data: { command: null } });
    expect(await door(id)).toEqual(before);
  });

  it('arrives once when an attempt of ours gets through', async () => {
    const { id } = deviceOf('door-lock');
    const before = await door(id);
    await smartHome.misbehave({ createCommand: { kind: 'lost-answer', times: 1 } });
    expect(await lock(id, crypto.randomUUID())).toMatchObject({ status: 'DONE' });
    const after = await door(id);
    expect(after.events.filter((event) => !before.events.includes(event))).toHaveLength(1);
  });
});

describe("somebody else's command", () => {
  it('is none, also under an id that puts it into the own residence', async () => {
    const command = await lock(deviceOf('door-lock').id, crypto.randomUUID());
    const moved = Buffer.from(command.id, 'base64url').toString().replace('p01-r01', 'p01-r02');
    const made = Buffer.from(moved).toString('base64url');
    for (const id of [command.id, made]) {
      expect(await smartHome.ask(NEIGHBOUR, QUERY, { id })).toEqual({ data: { command: null } });
    }
  });

  it('of another company with the same key is none', async () => {
    const command = await lock(deviceOf('door-lock').id, crypto.randomUUID());
    const moved = Buffer.from(command.id, 'base64url').toString().replaceAll('northgate', 'riverside');
    const made = Buffer.from(moved).toString('base64url');
    const other = claimsOf('RESIDENT', 'riverside', ['riverside-p01-r01']);
    expect(await smartHome.ask(other, QUERY, { id: made })).toEqual({ data: { command: null } });
  });
});

describe('an order', () => {
  const mutation = `mutation ($input: DeviceCommandInput!) { lockDoor(input: $input) { command { id } } }`;

  it('with a key that came with another order is refused', async () => {
    const idempotencyKey = crypto.randomUUID();
    await lock(deviceOf('door-lock').id, idempotencyKey);
    const input = { scene: idOf('Scene', smartHome.estate.scenesOf('northgate', HOME)[0]?.id ?? ''), idempotencyKey };
    const { errors } = await smartHome.ask(
      RESIDENT,
      'mutation ($input: RunSceneInput!) { runScene(input: $input) { command { id } } }',
      { input },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('to a device of another kind is refused before the partner is asked to do anything', async () => {
    await smartHome.calls();
    const input = { device: deviceOf('light').id, idempotencyKey: crypto.randomUUID() };
    const { errors } = await smartHome.ask(RESIDENT, mutation, { input });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await smartHome.calls()).map(({ operation }) => operation)).not.toContain('createCommand');
  });
});
