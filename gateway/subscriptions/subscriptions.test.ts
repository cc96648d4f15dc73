/** Live updates at the gateway's door: who is told what, and what ends it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { makeProofKey } from '@commonhold/development/proof-key.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/schema/ids.ts';
import { permissionsOf } from '@commonhold/schema/permissions.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { DISPATCHER } from '../testing/directory.ts';
import { type EventStream, readEventStream } from '../testing/event-stream.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';
import { freePort } from '../testing/listen.ts';
import { type LiveSubgraph, startLiveSubgraph } from '../testing/live-subgraph.ts';
import { LIVE_FIELDS } from './live-fields.ts';

const QUERY = 'subscription Live { deviceChanged { id name } }';
const TOO_DEEP = `subscription { deviceChanged { ${'residence { devices { nodes { '.repeat(9)} id ${'} } }'.repeat(9)} } }`;
const KEPT = { ...DISPATCHER, unchangedFor: 60_000 };
const MOST = 6;
const PATIENCE_MILLISECONDS = 5_000;

let gateway: GatewayUnderTest;
let smartHome: LiveSubgraph;
/** What somebody was told first who came before the subgraph was there. */
let toldFirst: unknown;
const streams: EventStream[] = [];

beforeAll(async () => {
  const port = await freePort();
  gateway = await startGatewayUnderTest({
    SMART_HOME_URL: `https://localhost:${port}`,
    COMMUNAL_URL: `https://localhost:${await freePort()}`,
    SUBSCRIPTIONS_PER_PRINCIPAL: String(MOST),
    SUBSCRIPTION_QUEUE: '20',
  });
  gateway.directory.access = KEPT;
  const early = await subscribe({ token: await signFor('early') });
  smartHome = await startLiveSubgraph(gateway, port);
  toldFirst = await codesOf(early).catch(() => undefined);
  early.close();
  await untilLive();
});
afterAll(async () => {
  await gateway?.stop();
  await smartHome?.stop();
});
beforeEach(() => {
  gateway.directory.access = KEPT;
  smartHome.devices.clear();
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  smartHome.misbehave = undefined;
});

interface Options {
  readonly query?: string;
  readonly variables?: object;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** By the metrics, which take a moment. */
async function untilOpen(transport: string, number: number): Promise<void> {
  const open = `gateway_subscriptions{transport="${transport}"} ${number}\n`;
  for (const began = Date.now(); ; await wait(20)) {
    if ((await (await fetch(new URL('/metrics', gateway.url))).text()).includes(open)) return;
    if (Date.now() - began > PATIENCE_MILLISECONDS) throw new Error(`there are not ${number}`);
  }
}

async function request(options: Options): Promise<Response> {
  return (await send(options)).response;
}

async function subscribe(options: Options = {}): Promise<EventStream> {
  const { response, close } = await send(options);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const stream = readEventStream(response, close);
  streams.push(stream);
  return stream;
}

/** On a connection of its own, which ends with it. */
async function send({ query = QUERY, variables = {}, token, headers = {} }: Options) {
  const authorization = `Bearer ${token ?? (await gateway.issuer.sign())}`;
  const types = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const asking = http.request(gateway.url, {
    method: 'POST',
    agent: false,
    headers: { ...types, authorization, ...headers },
  });
  asking.end(JSON.stringify({ query, variables }));
  const [answer] = await once(asking, 'response');
  const body: ReadableStream<Uint8Array> = Readable.toWeb(answer.on('error', () => undefined));
  return {
    response: new Response(body, { status: answer.statusCode, headers: answer.headers }),
    close: () => asking.destroy(),
  };
}

/** What is told before the gateway has come to the subgraph is told to nobody. */
async function untilLive(): Promise<void> {
  const stream = await subscribe();
  const telling = setInterval(() => smartHome.change({}), 50);
  await stream.told().finally(() => clearInterval(telling));
  stream.close();
  await wait(200);
}

const codesOf = async (stream: EventStream) =>
  (await stream.told()).errors?.map(({ extensions }) => extensions['code']);

const codeOf = async (response: Response): Promise<unknown> => Object(await response.json()).errors[0].extensions.code;

const signFor = (subject: string) => gateway.issuer.sign({ sub: subject });

describe('a subscription', () => {
  it('is told of each event, as the selection asks, with a cursor', async () => {
    const stream = await subscribe({
      query:
        'subscription ($of: ID, $all: Boolean!) { live: deviceChanged(residence: $of) { id ...F @include(if: $all) } } fragment F on Device { name ... on LeakSensor { leaking } }',
      variables: { all: true },
    });
    const id = smartHome.change({ name: 'Cellar' });
    const told = await stream.told();
    expect(told).toEqual({
      data: { live: { id, name: 'Cellar', leaking: true } },
      extensions: { cursor: stream.lastEventId() },
    });
  });

  it('is resolved once for all who ask the same with the same rights, and apart from others', async () => {
    const same = await Promise.all([subscribe(), subscribe({ token: await signFor('grace') })]);
    const other = await subscribe({ query: 'subscription { deviceChanged { id } }' });
    const before = smartHome.asked.length;
    const id = smartHome.change({});
    for (const stream of [...same, other])
      expect(await stream.told()).toMatchObject({ data: { deviceChanged: { id } } });
    expect(smartHome.asked.length - before).toBe(2);
  });

  it('tells nothing of another company, of residences out of reach, and of what is not to be seen', async () => {
    const name = 'own';
    gateway.directory.access = { ...KEPT, grants: [{ role: 'RESIDENT', residences: ['r1'] }] };
    const stream = await subscribe();
    const narrowed = await subscribe({
      query: 'subscription ($of: ID) { deviceChanged(residence: $of) { id name } }',
      variables: { of: residenceId(tenantId('northgate'), residenceKey('r2')) },
    });
    gateway.directory.access = KEPT;
    const dispatcher = await subscribe({ token: await signFor('grace') });
    const before = smartHome.asked.length;
    smartHome.change({ company: 'riverside' });
    smartHome.change({ residence: 'r2', key: 'theirs' });
    const hidden = encodeId({
      tenant: tenantId('northgate'),
      type: 'Device',
      residence: residenceKey('r1'),
      key: 'hidden',
    });
    smartHome.devices.set(hidden, null);
    smartHome.change({ key: 'hidden' });
    smartHome.change({ key: 'own', name });
    expect(await stream.told()).toMatchObject({ data: { deviceChanged: { name } } });
    expect(await dispatcher.told()).toMatchObject({ data: { deviceChanged: { name: 'Bathroom' } } });
    expect(await dispatcher.told()).toMatchObject({ data: { deviceChanged: { name } } });
    // Two for the resident, three for the dispatcher; nobody asked for the other company's.
    expect(smartHome.asked.length - before).toBe(5);
    narrowed.close();
  });

  it('narrowed to a residence is told of its devices alone', async () => {
    const stream = await subscribe({
      query: 'subscription ($of: ID) { deviceChanged(residence: $of) { name } }',
      variables: { of: residenceId(tenantId('northgate'), residenceKey('r2')) },
    });
    smartHome.change({ residence: 'r1', key: 'one' });
    smartHome.change({ residence: 'r2', key: 'two', name: 'wanted' });
    expect((await stream.told()).data).toEqual({ deviceChanged: { name: 'wanted' } });
  });

  it('is refused before it begins, as an answer of HTTP', async () => {
    const refusals = await Promise.all([
      request({ token: await gateway.issuer.sign({ acr: undefined, amr: ['pwd'] }) }),
      request({ token: 'forged' }),
      request({ query: 'subscription { deviceChanged { nothing } }' }),
      request({ query: 'subscription { deviceChanged @skip(if: true) { id } }' }),
      request({ query: 'subscription ($of: ID!) { deviceChanged(residence: $of) { id } }' }),
      request({ query: TOO_DEEP }),
      request({ headers: { accept: 'application/json' } }),
    ]);
    const codes = await Promise.all(refusals.map(async (response) => [response.status, await codeOf(response)]));
    expect(codes).toEqual([
      [401, 'INSUFFICIENT_AUTHENTICATION'],
      [401, 'UNAUTHENTICATED'],
      [400, 'GRAPHQL_VALIDATION_FAILED'],
      [400, 'GRAPHQL_VALIDATION_FAILED'],
      [400, 'BAD_USER_INPUT'],
      [400, 'OPERATION_TOO_COMPLEX'],
      [400, 'BAD_REQUEST'],
    ]);
    expect(refusals[0]?.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
  });

  it('comes by GET only from where a page of another origin could not send it', async () => {
    const url = `${gateway.url}?${new URLSearchParams({ query: QUERY, variables: '{}' })}`;
    const accept = 'text/event-stream';
    const unasked = await fetch(url, { headers: { accept } });
    expect([unasked.status, await codeOf(unasked)]).toEqual([400, 'BAD_REQUEST']);
    const authorization = `Bearer ${await gateway.issuer.sign()}`;
    const answer = await fetch(url, { headers: { accept, authorization } });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await answer.body?.cancel();
  });

  it('is refused to who may not see any of it', async () => {
    gateway.directory.access = { ...KEPT, grants: [{ role: 'ACCOUNTANT' }] };
    const response = await request({});
    expect([response.status, await codeOf(response)]).toEqual([403, 'UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  it('asks for the same rights as the query that it is answered by', async () => {
    const { fields } = permissionsOf(await readSchema([SUPERGRAPH_FILE]));
    const asked = (type: string, name: string) =>
      fields.find(({ typeName, fieldName }) => typeName === type && fieldName === name)?.requirements;
    for (const [name, { query }] of LIVE_FIELDS) {
      expect(asked('Subscription', name)).toEqual(asked('Query', query));
      expect(asked('Query', query)).toBeDefined();
    }
  });

  it('is one of few of its principal', async () => {
    for (let open = 0; open < MOST; open += 1) await subscribe();
    const refused = await request({});
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    const others = await request({ token: await signFor('grace') });
    expect(others.status).toBe(200);
    await others.body?.cancel();
    streams.pop()?.close();
    const again = async (): Promise<EventStream> => subscribe().catch(again);
    await again();
  });

  it('ends also when its client has gone before it began', async () => {
    const { answers, received } = gateway.directory;
    const letIn = Promise.withResolvers<object>();
    answers.set('/access', () => letIn.promise);
    const before = received.length;
    const authorization = `Bearer ${await signFor('gone')}`;
    const headers = { authorization, 'content-type': 'application/json', accept: 'text/event-stream' };
    const asking = http.request(gateway.url, { method: 'POST', agent: false, headers });
    asking.on('error', () => undefined).end(JSON.stringify({ query: QUERY }));
    while (received.length === before) await wait(10);
    asking.destroy();
    await wait(100);
    answers.delete('/access');
    letIn.resolve({ version: 1, ...KEPT });
    await subscribe({ token: await signFor('gone') });
    await untilOpen('sse', 1);
  });
});

describe('a right that is removed', () => {
  it.each([
    ['of all that it needs', { grants: [{ role: 'ACCOUNTANT' }] }, 'FORBIDDEN'],
    ['with its person', { active: false }, 'UNAUTHENTICATED'],
  ])('ends a subscription that waits within a second: %s', async (_, left, code) => {
    const stream = await subscribe();
    gateway.directory.access = { ...KEPT, ...left };
    const before = Date.now();
    gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
    expect(await codesOf(stream)).toEqual([code]);
    expect(Date.now() - before).toBeLessThan(1_000);
    expect((await stream.next()).event).toBe('complete');
  });

  it('prunes what is told from then on', async () => {
    const query = 'subscription { deviceChanged { name residence { id } } }';
    const stream = await subscribe({ query });
    smartHome.change({});
    await stream.told();
    gateway.directory.access = { ...KEPT, grants: [{ role: 'DISPATCHER', residences: ['r2'] }] };
    gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
    await wait(1_000);
    smartHome.change({ residence: 'r1' });
    smartHome.change({ residence: 'r2', key: 'kept', name: 'kept' });
    expect(await stream.told()).toMatchObject({ data: { deviceChanged: { name: 'kept' } } });
  });
});

describe('a token that is over', () => {
  it('ends the subscription, which goes on with another one where it left off', async () => {
    const stream = await subscribe({
      token: await gateway.issuer.sign({ exp: Math.floor(Date.now() / 1000) + 1 }),
    });
    smartHome.change({ key: 'one', name: 'one' });
    await stream.told();
    expect(await codesOf(stream)).toEqual(['UNAUTHENTICATED']);
    for (const name of ['two', 'three']) smartHome.change({ key: name, name });
    const again = await subscribe({ headers: { 'last-event-id': stream.lastEventId() ?? '' } });
    smartHome.change({ key: 'four', name: 'four' });
    for (const name of ['two', 'three', 'four'])
      expect((await again.told()).data).toEqual({ deviceChanged: expect.objectContaining({ name }) });
  });
});

describe('what was missed', () => {
  it('is told where the cursor is not known', async () => {
    const stream = await subscribe({ headers: { 'last-event-id': 'of-long-ago' } });
    expect(await codesOf(stream)).toEqual(['EVENTS_MISSED']);
    const id = smartHome.change({});
    expect((await stream.told()).data).toMatchObject({ deviceChanged: { id } });
  });

  it('is told to who came before the subgraph was heard', () => {
    expect(toldFirst).toEqual(['EVENTS_MISSED']);
  });

  it('is told where an event could not be found out, which is found out for who comes again', async () => {
    const stream = await subscribe();
    const first = smartHome.change({ name: 'first' });
    await stream.told();
    smartHome.misbehave = () => 'nonsense';
    const id = smartHome.change({ key: 'other' });
    const { errors } = await stream.told();
    const { code, cursor } = errors?.[0]?.extensions ?? {};
    expect(code).toBe('EVENTS_MISSED');
    smartHome.misbehave = undefined;
    smartHome.change({ name: 'first' });
    expect((await stream.told()).data).toMatchObject({ deviceChanged: { id: first } });
    let told: unknown;
    for (const began = Date.now(); !told && Date.now() - began < PATIENCE_MILLISECONDS; await wait(100)) {
      const again = await subscribe({ headers: { 'last-event-id': String(cursor) } });
      told = (await again.told()).data;
      again.close();
    }
    expect(told).toMatchObject({ deviceChanged: { id } });
  });

  it('is told to a client that reads too slowly, alarms first, and can be had again', async () => {
    const stream = await subscribe();
    const name = 'x'.repeat(2_000_000);
    // The first fill what lies between the gateway and a client that doesn't read.
    const before = smartHome.asked.length;
    for (let number = 0; number < 15; number += 1) smartHome.change({ key: `filling-${number}`, name });
    while (smartHome.asked.length < before + 15) await wait(20);
    await wait(500);
    for (let number = 0; number < 60; number += 1) smartHome.change({ key: `late-${number}`, name: `late-${number}` });
    smartHome.change({ key: 'flood', name: 'flood' }, { alarm: 'leak' });
    await wait(200);
    const names: unknown[] = [];
    let missedAt: string | undefined;
    while (!missedAt) {
      const { data, errors } = await stream.told();
      if (errors) missedAt = String(errors[0]?.extensions['cursor']);
      else names.push(Object(data?.['deviceChanged'])['name']);
    }
    expect(names.every((told) => told === name)).toBe(true);
    expect((await stream.told()).data).toMatchObject({ deviceChanged: { name: 'flood' } });
    const again = await subscribe({ headers: { 'last-event-id': missedAt } });
    const rest: unknown[] = [];
    while (rest.at(-1) !== 'late-59') {
      const told = Object((await again.told()).data?.['deviceChanged'])['name'];
      if (told !== name) rest.push(told);
    }
    expect(rest).toEqual(['flood', ...Array.from({ length: 60 }, (_, number) => `late-${number}`)]);
  }, 30_000);
});

describe('over WebSocket', () => {
  type ConnectionParams = Readonly<Record<string, unknown>>;

  const clientOf = (connectionParams: ConnectionParams) =>
    createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
    });

  /** How a connection is closed that isn't let in. */
  async function closed(connectionParams: ConnectionParams): Promise<readonly unknown[]> {
    const error = await clientOf(connectionParams)
      .iterate({ query: QUERY })
      .next()
      .catch((reason: unknown) => reason);
    return [Object(error)['code'], Object(error)['reason']];
  }

  async function expectToBeTold(connectionParams: ConnectionParams): Promise<void> {
    const client = clientOf(connectionParams);
    const told = client.iterate({ query: QUERY });
    const first = told.next();
    await untilOpen('websocket', 1);
    const id = smartHome.change({});
    expect((await first).value).toEqual({
      data: { deviceChanged: { id, name: 'Bathroom' } },
      extensions: { cursor: expect.any(String) },
    });
    await told.return?.();
    await client.dispose();
  }

  it('it is told the same', async () => {
    await expectToBeTold({ authorization: `Bearer ${await gateway.issuer.sign()}` });
  });

  it('a bound token comes with a proof that carries our nonce, or not at all', async () => {
    const key = await makeProofKey();
    const accessToken = await gateway.issuer.sign({ cnf: { jkt: key.thumbprint } });
    const proved = async (nonce?: string) => ({
      authorization: `DPoP ${accessToken}`,
      dpop: await key.prove({ method: 'GET', address: gateway.url, accessToken, nonce }),
    });
    expect(await closed({ authorization: `Bearer ${accessToken}` })).toEqual([4403, 'UNAUTHENTICATED']);
    const [code, reason] = await closed(await proved());
    expect([code, reason]).toEqual([4403, expect.stringMatching(/^use_dpop_nonce .+/)]);
    const good = await proved(String(reason).split(' ')[1]);
    await expectToBeTold(good);
    expect(await closed(good)).toEqual([4403, 'UNAUTHENTICATED']);
  });

  it('nobody is let in without a good token, from another origin, or to ask for anything else', async () => {
    expect(await closed({})).toEqual([4403, 'UNAUTHENTICATED']);
    expect(await closed({ authorization: 'Bearer forged' })).toEqual([4403, 'UNAUTHENTICATED']);
    const weak = await gateway.issuer.sign({ acr: undefined, amr: ['pwd'] });
    expect(await closed({ authorization: `Bearer ${weak}` })).toEqual([4403, 'INSUFFICIENT_AUTHENTICATION']);

    const foreign = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', {
      origin: 'https://evil.example',
    });
    const status = await new Promise((resolve) =>
      foreign.once('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
    );
    expect(status).toBe(403);

    const client = clientOf({ authorization: `Bearer ${await gateway.issuer.sign()}` });
    const asked = (query: string): Promise<unknown> =>
      client
        .iterate({ query })
        .next()
        .catch((reason: unknown) => reason);
    expect(await asked('{ __typename }')).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(await asked(TOO_DEEP)).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
    expect(await asked('subscription { deviceChanged { nothing } }')).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    await client.dispose();
  });

  it('a token that is about to be over is asked for, and renewed on the open connection, by its own principal alone', async () => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    const received: { type: string; payload?: Record<string, unknown> }[] = [];
    socket.on('message', (text) => received.push(JSON.parse(String(text))));
    const until = async (type: string) => {
      while (!received.some((message) => message.type === type)) await wait(10);
      return received.find((message) => message.type === type);
    };
    const send = (message: object) => socket.send(JSON.stringify(message));
    await new Promise((resolve) => socket.once('open', resolve));
    const over = Math.floor(Date.now() / 1000) + 2;
    send({ type: 'connection_init', payload: { authorization: `Bearer ${await gateway.issuer.sign({ exp: over })}` } });
    await until('connection_ack');
    send({ type: 'subscribe', id: '1', payload: { query: QUERY } });
    expect((await until('ping'))?.payload).toEqual({ renewBefore: new Date(over * 1000).toISOString() });
    send({ type: 'ping', payload: { authorization: `Bearer ${await gateway.issuer.sign()}` } });
    await until('pong');
    await wait(over * 1000 - Date.now() + 50);
    smartHome.change({});
    expect(await until('next')).toMatchObject({ id: '1' });
    const closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, String(reason)])));
    send({ type: 'ping', payload: { authorization: `Bearer ${await signFor('grace')}` } });
    expect(await closed).toEqual([4403, 'UNAUTHENTICATED']);
  });

  it('who asks on and reads nothing is cut off', async () => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('error', () => undefined);
    const send = (message: object) => socket.send(JSON.stringify(message), () => undefined);
    await once(socket, 'open');
    send({ type: 'connection_init', payload: { authorization: `Bearer ${await gateway.issuer.sign()}` } });
    await once(socket, 'message');
    send({ type: 'subscribe', id: 'open', payload: { query: QUERY } });
    await untilOpen('websocket', 1);
    socket.pause();
    const long = 'x'.repeat(900_000);
    const payload = { query: '{ __typename }' };
    for (let number = 0; number < 40; number += 1) send({ type: 'subscribe', id: `${number}${long}`, payload });
    await untilOpen('websocket', 0);
    socket.terminate();
  }, 8_000);
});

describe('in parts, as Apollo Client asks', () => {
  it('it is told the same', async () => {
    const accept = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json';
    const { response, close } = await send({ headers: { accept } });
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const id = smartHome.change({});
    let text = '';
    while (!text.includes('payload')) text += (await reader?.read())?.value;
    const [, json = ''] = /\r\n--graphql\r\ncontent-type: application\/json\r\n\r\n(.*)\r\n--graphql$/.exec(text) ?? [];
    expect(JSON.parse(json)).toEqual({
      payload: { data: { deviceChanged: { id, name: 'Bathroom' } }, extensions: { cursor: expect.any(String) } },
    });
    close();
  });
});

describe('over a single connection', () => {
  const url = () => `${gateway.url}/stream`;

  async function ask(method: string, token: string, stream?: string, body?: object, search = '') {
    return fetch(`${url()}${search}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(stream && { 'x-graphql-event-stream-token': stream }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  it('any number of operations are answered, of its own principal', async () => {
    const token = await gateway.issuer.sign();
    const reserved = await ask('PUT', token);
    const stream = await reserved.text();
    expect(reserved.status).toBe(201);
    expect((await ask('GET', await signFor('grace'), stream)).status).toBe(404);
    const opened = await ask('GET', token, stream);
    const events = readEventStream(opened, () => opened.body?.cancel());
    expect((await ask('GET', token, stream)).status).toBe(409);
    const begin = (id: string, query: string) => ask('POST', token, stream, { query, extensions: { operationId: id } });
    expect((await begin('q', '{ __typename }')).status).toBe(202);
    expect(JSON.parse((await events.next()).data ?? '')).toEqual({
      id: 'q',
      payload: { data: { __typename: 'Query' } },
    });
    expect(await events.next()).toMatchObject({ event: 'complete', data: '{"id":"q"}' });
    expect((await begin('s', QUERY)).status).toBe(202);
    expect((await begin('s', QUERY)).status).toBe(409);
    const id = smartHome.change({});
    expect(JSON.parse((await events.next()).data ?? '')).toMatchObject({
      id: 's',
      payload: { data: { deviceChanged: { id } } },
    });
    expect((await ask('DELETE', token, stream, undefined, '?operationId=s')).status).toBe(200);
    expect(await events.next()).toMatchObject({ event: 'complete', data: '{"id":"s"}' });
  });

  it('has few queries under way, whose answers wait in memory', async () => {
    const token = await gateway.issuer.sign();
    const stream = await (await ask('PUT', token)).text();
    const opened = await ask('GET', token, stream);
    const answer = Promise.withResolvers<object>();
    smartHome.misbehave = () => answer.promise;
    const query = '{ device(id: "x") { id } }';
    const begin = (id: string) => ask('POST', token, stream, { query, extensions: { operationId: id } });
    const begun = await Promise.all(Array.from({ length: 21 }, (_, number) => begin(`${number}`)));
    expect(begun.filter(({ status }) => status === 202)).toHaveLength(20);
    expect(begun.filter(({ status }) => status === 429)).toHaveLength(1);
    answer.resolve({ data: { device: null } });
    await opened.body?.cancel();
  });
});

describe('the record of access', () => {
  it('has each subscriber who was told personal data', async () => {
    const query = 'subscription { deviceChanged { id ... on MotionSensor { occupied } } }';
    gateway.directory.access = { ...KEPT, grants: [{ role: 'RESIDENT', residences: ['r1'] }] };
    const both = [await subscribe({ query }), await subscribe({ query, token: await signFor('grace') })];
    const before = (await record()).length;
    smartHome.change({});
    for (const stream of both) await stream.told();
    while ((await record()).length < before + 2) await wait(20);
    expect(
      (await record())
        .slice(before)
        .map(({ subject, personalFields }) => [subject, personalFields])
        .toSorted(),
    ).toEqual([
      ['ada', ['MotionSensor.occupied']],
      ['grace', ['MotionSensor.occupied']],
    ]);
  });

  async function record(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = await readFile(join(gateway.dataDirectory, 'audit', 'record.jsonl'), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  }
});

describe('a gateway that stops', () => {
  it('sends its clients elsewhere, and ends', async () => {
    const stream = await subscribe();
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const stopping = gateway.process.stop();
    expect(await codesOf(stream)).toEqual(['RECONNECT']);
    expect((await stream.next()).event).toBe('complete');
    expect(await closed).toBe(1012);
    await stopping;
    expect(gateway.process.child.exitCode).toBe(0);
  });
});
