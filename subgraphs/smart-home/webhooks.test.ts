/** The partner's webhooks, from its call to what a gateway is told. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { listDeadLetters, markDeadLetter } from '@commonhold/kit/events/dead-letters.ts';
import type { ChangeSchema } from '@commonhold/kit/events/take-in.ts';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { type FollowedEvents, followForTests } from '@commonhold/kit/testing/followed-events.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import { createWebhookCaller, type WebhookCall } from '@commonhold/kit/testing/webhook-calls.ts';
import { webhookKeyFile, webhookKeyPlace } from '@commonhold/kit/webhooks/company-webhook-key.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { writeSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { changeSchema } from './partner/changes.ts';
import type { SandboxDevice } from './sandbox/estate.ts';
import { type SmartHomeForTests, startSmartHome } from './testing/start-smart-home.ts';

const HOME = residenceKey('northgate-p01-r01');
const MINUTE = 60_000;

/** Once it is mended, it understands what it didn't before. */
let isMended = false;
const schema: ChangeSchema = (company) =>
  isMended
    ? z.preprocess((body) => ({ ...(body as object), sequence: 1 }), changeSchema(company))
    : changeSchema(company);

let smartHome: SmartHomeForTests;
let followed: FollowedEvents;
let partner: ReturnType<typeof createWebhookCaller>;
beforeAll(async () => {
  smartHome = await startSmartHome({ schema });
  followed = await followForTests('smart-home', smartHome.url, await smartHome.identityOf('gateway'));
  partner = createWebhookCaller(smartHome.webhooks.url, await smartHome.identityOf('gateway'));
});
afterAll(async () => {
  await partner.close();
  await followed.close();
  await smartHome.stop();
});

const keyOf = (company: string): string => smartHome.webhooks.keys(company)[0] ?? '';

/** Of a device that nothing else is told of. */
function event(more: object = {}) {
  return {
    type: 'device.changed',
    companyId: 'northgate',
    residenceRef: HOME,
    deviceId: `dev-${crypto.randomUUID()}`,
    deviceKind: 'light',
    sequence: 1,
    occurredAt: new Date().toISOString(),
    ...more,
  };
}

const call = (body: object, more: Partial<WebhookCall> = {}) =>
  partner.call({ body: JSON.stringify(body), key: keyOf('northgate'), ...more });

const idOf = (device: string): string =>
  encodeId({ tenant: tenantId('northgate'), type: 'Device', residence: HOME, key: device });

/** What was told of the device up to now: what comes after what was accepted last has been told before. */
async function toldOf(device: string) {
  const last = event();
  await call(last);
  await followed.until(({ entity }) => entity.id === idOf(last.deviceId));
  return followed.events.filter(({ entity }) => entity.id === idOf(device));
}

async function counted(outcome: string): Promise<number> {
  const { values } = (await smartHome.metrics.getSingleMetric('partner_webhooks_total')?.get()) ?? { values: [] };
  return values.find(({ labels }) => labels['outcome'] === outcome)?.value ?? 0;
}

describe('a webhook of the partner', () => {
  it('is told to the gateway, with ids alone', async () => {
    const body = event({ deviceKind: 'leak-sensor', alarm: 'leak' });
    expect(await call(body, { id: 'evt-1' })).toEqual({ status: 202, body: '' });
    const told = await followed.until(({ id }) => id === 'evt-1');
    expect(told).toEqual({
      cursor: told.cursor,
      id: 'evt-1',
      kind: 'device-changed',
      company: 'northgate',
      entity: { type: 'LeakSensor', id: idOf(body.deviceId) },
      alarm: 'leak',
      occurredAt: body.occurredAt,
      isLate: false,
    });
  });

  it.each<[string, (body: string) => Partial<WebhookCall>]>([
    ['without a signature', () => ({ headers: { 'webhook-signature': undefined } })],
    ['with a signature of nobody', () => ({ key: `whsec_${Buffer.alloc(32, 1).toString('base64')}` })],
    ['with another body than was signed', (body) => ({ sent: body.replace('light', 'thermostat') })],
    ['with another id than was signed', () => ({ headers: { 'webhook-id': 'another' } })],
    ['with another time than was signed', () => ({ headers: { 'webhook-timestamp': String(Date.now() / 1000) } })],
    ['with an id that is none', () => ({ id: 'a b\u00e4' })],
    ['from six minutes ago', () => ({ at: new Date(Date.now() - 6 * MINUTE) })],
    ['from six minutes ahead', () => ({ at: new Date(Date.now() + 6 * MINUTE) })],
  ])('%s is refused', async (_, wrong) => {
    const body = event();
    expect(await call(body, wrong(JSON.stringify(body)))).toEqual({ status: 401, body: '' });
    expect(await toldOf(body.deviceId)).toEqual([]);
  });

  it('may be four minutes old', async () => {
    expect(await call(event(), { at: new Date(Date.now() - 4 * MINUTE) })).toMatchObject({ status: 202 });
  });

  it('is taken once, also when it is signed anew', async () => {
    const body = event();
    const once = { id: `evt-${body.deviceId}`, at: new Date(Date.now() - MINUTE) };
    expect(await call(body, once)).toMatchObject({ status: 202 });
    expect(await call(body, once)).toEqual({ status: 409, body: '' });
    expect(await call(body, { id: once.id })).toMatchObject({ status: 409 });
    expect(await toldOf(body.deviceId)).toHaveLength(1);
  });

  it('is marked as late behind a newer one', async () => {
    const body = event({ sequence: 2 });
    const older = { ...body, sequence: 1, occurredAt: new Date(Date.parse(body.occurredAt) - 1_000).toISOString() };
    await call(body);
    await call(older);
    expect((await toldOf(body.deviceId)).map(({ isLate }) => isLate)).toEqual([false, true]);
  });
});

describe("another company's record", () => {
  it.each<[string, object]>([
    ['by the key of the company', event({ companyId: 'riverside', residenceRef: 'riverside-p01-r01' })],
    ['inside of its own', { ...event(), details: [{ companyId: 'riverside' }] }],
  ])('%s is dropped and counted, and the sender learns nothing', async (_, body) => {
    const before = await counted('foreign');
    expect(await call(body)).toEqual({ status: 202, body: '' });
    expect(await counted('foreign')).toBe(before + 1);
    await toldOf('nothing');
    expect(followed.events.filter(({ company }) => company !== 'northgate')).toEqual([]);
  });

  it('cannot be told with the key of another', async () => {
    const body = event();
    expect(await call(body, { key: keyOf('riverside') })).toMatchObject({ status: 202 });
    expect(await toldOf(body.deviceId)).toEqual([]);
  });
});

describe('numbers that are missing', () => {
  /** One that the partner has, and of which nothing was told so far. */
  function deviceOf(kind: string): SandboxDevice {
    const device = smartHome.estate.devicesOf('northgate', HOME).find((each) => each.kind === kind);
    if (!device) throw new Error('no such device');
    return device;
  }

  it('are asked for at the partner', async () => {
    const { id: deviceId } = deviceOf('light');
    await smartHome.calls();
    await call(event({ deviceId, sequence: 1 }));
    await call(event({ deviceId, sequence: 4, occurredAt: new Date(Date.now() + 1).toISOString() }));
    await followed.until(({ id, entity }) => id.startsWith('gap.') && entity.id === idOf(deviceId));
    const calls = await smartHome.calls();
    expect(calls.filter(({ asked }) => asked.includes(deviceId))).toMatchObject([{ company: 'northgate' }]);
  });

  it('are not asked for without a consent, nor of a device that the partner does not have', async () => {
    const { id: deviceId } = deviceOf('thermostat');
    const unknown = event();
    smartHome.consents.withdraw(HOME);
    await smartHome.calls();
    const later = new Date(Date.now() + 1).toISOString();
    await call(event({ deviceId, sequence: 1 }));
    await call(event({ deviceId, sequence: 3, occurredAt: later }));
    await wait(1_300);
    smartHome.consents.restore();
    expect(await smartHome.calls()).toEqual([]);
    await call(unknown);
    await call({ ...unknown, sequence: 3, occurredAt: later });
    await wait(1_300);
    expect(await smartHome.calls()).toHaveLength(1);
    expect([...(await toldOf(unknown.deviceId)), ...(await toldOf(deviceId))]).toHaveLength(4);
  });
});

describe('what is not understood', () => {
  it('is kept sealed, and taken in when it is understood', async () => {
    const { sequence: _, ...body } = event();
    expect(await call(body, { id: 'evt-dead' })).toEqual({ status: 202, body: '' });
    const { DATA_DIR: dataDirectory } = smartHome.environment;
    const envelope = createEnvelope((await loadMasterKey(smartHome.environment)).ring('envelope:dead-letters'));
    const folder = { dataDirectory, partner: 'smart-home', envelope };
    const [letter, ...others] = await listDeadLetters(folder);
    expect(letter).toMatchObject({ company: 'northgate', id: 'evt-dead', place: 'sequence' });
    expect(others).toEqual([]);
    const text = await readFile(join(dataDirectory, 'dead-letters/smart-home', letter?.name ?? ''), 'utf8');
    expect(text).not.toContain(body.deviceId);
    expect(Buffer.from(text, 'base64').toString()).not.toContain(body.deviceId);
    isMended = true;
    if (letter) await markDeadLetter(folder, letter);
    await followed.until(({ entity }) => entity.id === idOf(body.deviceId));
    isMended = false;
    await wait(50);
    expect(await readdir(join(dataDirectory, 'dead-letters/smart-home'))).toEqual([]);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['another type', JSON.stringify({ ...event(), type: 'device.removed' })],
    ['a motion sensor, which would tell who is at home', JSON.stringify(event({ deviceKind: 'motion-sensor' }))],
    ['no company', JSON.stringify({ ...event(), companyId: undefined })],
    ['a key that is none', JSON.stringify(event({ deviceId: '../../northgate' }))],
  ])('is kept as well: %s', async (_, body) => {
    const before = await counted('dead-letter');
    expect(await partner.call({ body, key: keyOf('northgate') })).toEqual({ status: 202, body: '' });
    expect(await counted('dead-letter')).toBe(before + 1);
  });
});

describe('the key before a rotation', () => {
  it('is taken while both are in force, and not any more when it has gone', async () => {
    const { DATA_DIR } = smartHome.environment;
    const envelope = createEnvelope((await loadMasterKey(smartHome.environment)).ring('envelope:partners'));
    const sealed = {
      file: webhookKeyFile(DATA_DIR, 'smart-home', 'northgate'),
      place: webhookKeyPlace('smart-home', 'northgate'),
      envelope,
    };
    const [before, next] = [keyOf('northgate'), `whsec_${Buffer.alloc(32, 7).toString('base64')}`];
    const statusWith = async (key: string): Promise<number> => (await call(event(), { key })).status;
    await writeSealedFile({ ...sealed, file: `${sealed.file}.previous` }, before);
    await writeSealedFile(sealed, next);
    await until(async () => (await statusWith(next)) === 202);
    expect(await statusWith(before)).toBe(202);
    await rm(`${sealed.file}.previous`);
    await until(async () => (await statusWith(before)) === 401);
    expect(await statusWith(next)).toBe(202);
  });
});

describe('what happens at the partner', () => {
  const RESIDENT = claimsOf('RESIDENT', 'northgate', [HOME]);
  const QUERY = 'query ($id: ID!) { device(id: $id) { ... on DoorLock { locked } ... on LeakSensor { leaking } } }';

  it('is there for whoever asks when it is told, whatever was asked before', async () => {
    const device = smartHome.estate.devicesOf('northgate', HOME).find(({ kind }) => kind === 'door-lock');
    if (!device) throw new Error('no such device');
    device.state = { locked: false };
    const id = idOf(device.id);
    expect(await smartHome.ask(RESIDENT, QUERY, { id })).toEqual({ data: { device: { locked: false } } });
    await smartHome.happen({ device: device.id, state: { locked: true }, alarm: 'lock' });
    expect(await followed.until(({ entity }) => entity.id === id)).toMatchObject({
      entity: { type: 'DoorLock' },
      alarm: 'lock',
    });
    expect(await smartHome.ask(RESIDENT, QUERY, { id })).toEqual({ data: { device: { locked: true } } });
  });
});

describe('GET /events', () => {
  it('goes on after a cursor, and tells of a gap after one that is not known', async () => {
    const gateway = await smartHome.identityOf('gateway');
    const bodies = [event(), event(), event()];
    for (const body of bodies) await call(body);
    const ids = bodies.map(({ deviceId }) => idOf(deviceId));
    const first = await followed.until(({ entity }) => entity.id === ids[0]);
    const again = await followForTests('smart-home', smartHome.url, gateway, first.cursor);
    await again.until(({ entity }) => entity.id === ids[2]);
    expect(again.events.map(({ entity }) => entity.id)).toEqual(ids.slice(1));
    expect(again.gaps).toEqual([]);
    await again.close();
    const lost = await followForTests('smart-home', smartHome.url, gateway, 'of-another-life.7');
    expect(lost.gaps).toEqual([followed.events.at(-1)?.cursor]);
    await lost.close();
  });

  it.each(['directory', 'communal', 'smart-home-sandbox'] as const)('is nothing for %s', async (name) => {
    const identity = await smartHome.identityOf(name);
    const caller = createTestGateway(identity, 'smart-home', Number(new URL(smartHome.url).port));
    const token = await mintServiceToken(identity, 'smart-home', {});
    const headers = { authorization: `Bearer ${token}` };
    expect(await caller.send('/events', { method: 'GET', headers })).toMatchObject({ status: 401 });
    expect(await caller.send('/events', { method: 'GET' })).toMatchObject({ status: 401 });
    await caller.close();
  });
});

async function until(isThere: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isThere()) return;
    await wait(50);
  }
  throw new Error('it did not come to it');
}
