/** What the door lets through before anybody is known (what is endless, oversized or too often). */
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { createLog } from '@commonhold/platform/log.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestIdentities, type TestIdentities } from '../testing/identities.ts';
import { openWebhookDoor, type WebhookDoor } from './door.ts';
import type { WebhookOutcome } from './receive.ts';

const KB = 1024;
const REQUESTS_PER_SECOND = 20;

let identities: TestIdentities;
let identity: ServiceIdentity;
let door: WebhookDoor;
const received: { readonly id: string; readonly nothing: string; readonly body: Buffer }[] = [];
const counted: WebhookOutcome[] = [];

beforeAll(async () => {
  identities = await createTestIdentities();
  identity = await identities.of('communal');
  door = await openWebhookDoor({
    partner: 'communal',
    place: { identity, host: 'localhost', port: 0 },
    requestsPerSecond: REQUESTS_PER_SECOND,
    receive: async ({ header, body }) => {
      received.push({ id: header('webhook-id'), nothing: header('x-nothing'), body });
      return { outcome: 'accepted' };
    },
    count: (outcome) => counted.push(outcome),
    log: createLog('communal', { LOG_LEVEL: 'silent' }),
  });
});
afterAll(async () => {
  await door.stop();
  await identities.remove();
});
beforeEach(() => {
  received.length = 0;
  counted.length = 0;
});

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  /** Written one after the other until it is answered. */
  readonly chunks?: Iterable<Buffer>;
}

async function send({ method = 'POST', path = '/webhooks', headers = {}, chunks = [] }: Sent): Promise<number> {
  const asking = httpsRequest({ host: 'localhost', port: door.port, ca: identity.authority, method, path, headers });
  let isOver = false;
  const answered = once(asking, 'response').finally(() => {
    isOver = true;
  });
  asking.on('error', () => undefined);
  for (const chunk of chunks) {
    if (isOver) break;
    await new Promise<void>((resolve) => asking.write(chunk, () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!isOver) asking.end();
  const [response] = await answered;
  asking.destroy();
  return response.statusCode;
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(8 * KB, 'x');
}

describe('the door for webhooks', () => {
  it('hands over what it was sent', async () => {
    const headers = { 'Webhook-Id': 'one' };
    expect(await send({ headers, chunks: [Buffer.from('{'), Buffer.from('}')] })).toBe(202);
    expect(received).toEqual([{ id: 'one', nothing: '', body: Buffer.from('{}') }]);
  });

  it('takes 64 KB', async () => {
    expect(await send({ chunks: [Buffer.alloc(64 * KB)] })).toBe(202);
  });

  it.each<[string, Sent]>([
    ['that says so', { headers: { 'content-length': String(64 * KB + 1) }, chunks: [Buffer.alloc(64 * KB + 1)] }],
    ["that doesn't say so", { chunks: [Buffer.alloc(64 * KB), Buffer.alloc(1)] }],
    ['without an end', { chunks: endless() }],
  ])('refuses a longer body %s', async (_, sent) => {
    expect(await send(sent)).toBe(413);
    expect(counted).toEqual(['too-large']);
    expect(received).toEqual([]);
  });

  it('refuses longer headers', async () => {
    expect(await send({ headers: { 'x-long': 'x'.repeat(9 * KB) } })).toBe(431);
    expect(received).toEqual([]);
  });

  it('is not there for anything else', async () => {
    expect(await send({ path: '/' })).toBe(404);
    expect(await send({ path: '/webhooks/northgate' })).toBe(404);
    expect(await send({ path: '/webhooks?company=northgate' })).toBe(404);
    expect(await send({ method: 'GET' })).toBe(405);
    expect(received).toEqual([]);
  });

  it('takes no more in a second than was agreed, and reads nothing of the others', async () => {
    const statuses = await Promise.all(Array.from({ length: 3 * REQUESTS_PER_SECOND }, () => send({})));
    const refused = statuses.filter((status) => status === 429).length;
    // Half of it may have come in the second after.
    expect(refused).toBeGreaterThanOrEqual(REQUESTS_PER_SECOND);
    expect(received.length).toBe(statuses.length - refused);
  });
});
