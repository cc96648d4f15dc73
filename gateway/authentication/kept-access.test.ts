/** What the gateway remembers of somebody's access is never older than the changes that it was told of. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DISPATCHER } from '../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';

const KEPT = { ...DISPATCHER, unchangedFor: 60_000 };
const NONE = { active: true, kind: 'person', grants: [], unchangedFor: 60_000 };
const QUERY = '{ people { nodes { id } } }';
const STALE_SECONDS = 2;

let gateway: GatewayUnderTest;
let token: string;
beforeAll(async () => {
  gateway = await startGatewayUnderTest({ ACCESS_STALE_SECONDS: String(STALE_SECONDS) });
  gateway.directory.answer = () => ({ data: { people: { nodes: [] } } });
});
afterAll(() => gateway?.stop());
beforeEach(async () => {
  gateway.directory.access = KEPT;
  gateway.directory.isSilent = false;
  token = await gateway.issuer.sign({ sid: 'session-1' });
  expect(await until((outcome) => outcome === 'granted')).toBe('granted');
});

/** What becomes of a request: `granted`, the code of its first error, or its status. */
async function outcome(): Promise<string> {
  const { status, body } = await gateway.ask(QUERY, { token });
  const code = body.errors?.[0]?.extensions['code'];
  return status === 200 ? String(code ?? 'granted') : String(status);
}

async function until(holds: (outcome: string) => boolean, milliseconds = 10_000): Promise<string> {
  const end = Date.now() + milliseconds;
  let last = await outcome();
  while (!holds(last) && Date.now() < end) {
    await wait(20);
    last = await outcome();
  }
  return last;
}

/** Left out of the operation, or stopped in the middle of it. */
const REFUSED = /^(UNAUTHORIZED_FIELD_OR_TYPE|FORBIDDEN)$/;

const asked = (): number => gateway.directory.received.filter(({ url }) => url === '/access').length;

describe('what somebody may do', () => {
  it('is asked for once while nothing changes', async () => {
    const before = asked();
    for (let times = 0; times < 5; times += 1) expect(await outcome()).toBe('granted');
    expect(asked()).toBe(before);
  });

  it('is known to be as new as a change of somebody else that was told', async () => {
    const before = asked();
    const version = (): unknown =>
      gateway.directory.received.findLast(({ url }) => url === '/graphql')?.claims['accessVersion'];
    expect(await outcome()).toBe('granted');
    const versionBefore = Number(version());
    gateway.directory.tell('northgate', { kind: 'subject', subject: 'somebody' });
    expect(await until(() => Number(version()) > versionBefore)).toBe('granted');
    expect(version()).toBeGreaterThan(versionBefore);
    expect(asked()).toBe(before);
  });

  it.each([
    { kind: 'subject', subject: 'ada' },
    { kind: 'session', session: 'session-1' },
    { kind: 'everything' },
  ] as const)('is asked for again when a change of it is told: %j', async (change) => {
    gateway.directory.access = NONE;
    gateway.directory.tell('northgate', change);
    expect(await until((last) => last !== 'granted', 1_000)).toMatch(REFUSED);
  });

  it("is not when others' changes are told, of whichever company", async () => {
    const before = asked();
    gateway.directory.tell('riverside', { kind: 'subject', subject: 'ada' });
    gateway.directory.tell('northgate', { kind: 'subject', subject: 'bob' });
    gateway.directory.tell('northgate', { kind: 'session', session: 'session-2' });
    await wait(300);
    expect(await outcome()).toBe('granted');
    expect(asked()).toBe(before);
  });

  it('is asked for again when a grant of it ends by itself', async () => {
    gateway.directory.access = { ...KEPT, unchangedFor: 300 };
    gateway.directory.tell('northgate', { kind: 'everything' });
    await wait(100);
    expect(await outcome()).toBe('granted');
    gateway.directory.access = NONE;
    expect(await until((last) => last !== 'granted', 1_000)).toMatch(REFUSED);
  });

  it('is asked for again when the stream of changes was lost', async () => {
    gateway.directory.access = NONE;
    gateway.directory.cut();
    expect(await until((last) => last !== 'granted', 1_000)).toMatch(REFUSED);
  });
});

describe('a directory that falls silent', () => {
  it('lets nobody in after the bound, is named by readiness, and lets everybody in when it speaks again', async () => {
    gateway.directory.isSilent = true;
    const fellSilent = Date.now();
    expect(await until((last) => last === '503')).toBe('503');
    expect(Date.now() - fellSilent).toBeGreaterThan(500);
    expect(Date.now() - fellSilent).toBeLessThan((STALE_SECONDS + 2) * 1000);
    expect(await outcome()).toBe('503');
    const readiness = await fetch(gateway.url.replace('/graphql', '/health/ready'));
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toMatchObject({ checks: { access: 'not ready', directory: 'ready' } });

    gateway.directory.isSilent = false;
    expect(await until((last) => last === 'granted')).toBe('granted');
  });
});

describe('what is counted', () => {
  it('are changes, answers by where they came from, and the age of what is known', async () => {
    const text = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
    expect(text).toMatch(/gateway_access_changes_total [1-9]/);
    expect(text).toMatch(/gateway_access_answers_total\{from="kept"\} [1-9]/);
    expect(text).toMatch(/gateway_access_answers_total\{from="directory"\} [1-9]/);
    expect(text).toMatch(/gateway_access_age_seconds 0\.\d/);
  });
});
