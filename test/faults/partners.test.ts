/** Partners that fail, through the whole product: their own fields are null and say why, everything else arrives. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import { type Listening, listenOnFreePort } from '@commonhold/gateway/testing/listen.ts';
import { residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, post } from '../system/client.ts';
import { readMetrics } from '../system/metrics.ts';
import { chooseEnvironment, startProduct, type TestProduct } from '../system/product.ts';
import { connectToSandbox, type SandboxConnection, type SandboxName } from '../system/sandbox.ts';

const COMPANIES = ['northgate', 'riverside'] as const;
type Company = (typeof COMPANIES)[number];

/** What each partner is asked for by `HOME`, where it stands in the answer, and by which operation. */
const PARTNERS = {
  'smart-home': { field: 'devices', operation: 'queryDevices' },
  communal: { field: 'account', operation: 'queryAccounts' },
} as const;
const HOME = `query ($id: ID!) { residence(id: $id) {
  number
  devices(first: 20) { nodes { name ... on MotionSensor { occupied } } }
  account { number holderName meters { serial } }
} }`;

let product: TestProduct;
let sandboxes: Readonly<Record<SandboxName, SandboxConnection>>;
let tokens: Readonly<Record<Company, HeldToken>>;
let whole: Readonly<Record<Company, Answer>>;
/** Where redirects lead to: nobody may follow them. */
let elsewhere: Listening;
let visits = 0;

beforeAll(async () => {
  const environment = await chooseEnvironment('faults');
  product = await startProduct(environment, { LOG_LEVEL: 'debug', REQUEST_TIMEOUT_MS: '3000' });
  sandboxes = {
    'smart-home': await connectToSandbox('smart-home', environment),
    communal: await connectToSandbox('communal', environment),
  };
  tokens = { northgate: await tokenOf('northgate'), riverside: await tokenOf('riverside') };
  whole = { northgate: await untilWhole('northgate'), riverside: await untilWhole('riverside') };
  elsewhere = await listenOnFreePort(
    createServer((_, response) => {
      visits += 1;
      response.end();
    }),
  );
}, 120_000);
afterEach(async () => {
  await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.misbehave({})));
  expect((await untilWhole('northgate')).body).toEqual(whole.northgate.body);
  expect(product.process.child.exitCode).toBeNull();
});
afterAll(async () => {
  await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close()));
  await elsewhere.stop();
  await product.stop();
  await product.remove();
});

function tokenOf(company: Company): Promise<HeldToken> {
  return obtainToken({ environment: { ...product.environment }, email: `resident@${company}.example` });
}

function ask(query: string, variables: Readonly<Record<string, unknown>> = {}, company: Company = 'northgate') {
  return post(product.graphqlUrl, { query, variables }, {}, tokens[company]);
}

const homeOf = (company: Company) => residenceId(tenantId(company), residenceKey(`${company}-p01-r01`));
const askHome = (company: Company = 'northgate'): Promise<Answer> => ask(HOME, { id: homeOf(company) }, company);

/** Asks until all partners answer again: a breaker stays open for two seconds. */
async function untilWhole(company: Company): Promise<Answer> {
  const end = Date.now() + 20_000;
  let answer = await askHome(company);
  while (answer.body.errors && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await askHome(company);
  }
  expect(answer.body.errors).toBeUndefined();
  return answer;
}

async function findLight(): Promise<string | undefined> {
  const find = 'query ($id: ID!) { residence(id: $id) { devices(first: 20) { nodes { __typename id reachable } } } }';
  const { body } = await ask(find, { id: homeOf('northgate') });
  return devicesIn(body.data).find(({ __typename, reachable }) => __typename === 'Light' && reachable)?.id;
}

function switchLight(device: string | undefined, idempotencyKey: string): Promise<Answer> {
  return ask('mutation ($input: SwitchLightInput!) { switchLight(input: $input) { command { id status reason } } }', {
    input: { device, on: true, idempotencyKey },
  });
}

/** Anything of a call's insides, or of what the sandbox says in its errors. */
const INSIDES =
  /localhost|127\.0|169\.254|10\.0\.0|\.internal|:\d{4,5}|https?:|\/v1|\/query|node_modules|\.[jt]s\b|stack|spiffe|Bearer|eyJ|Ada|Lovelace|flat 7/i;

describe.each(Object.entries(PARTNERS))('the partner %s', (name, { field, operation }) => {
  const partner = name as SandboxName;
  const other = partner === 'communal' ? 'devices' : 'account';
  const faults: Readonly<Record<string, readonly [() => object, string]>> = {
    'is down': [() => ({ kind: 'down' }), 'PARTNER_UNAVAILABLE'],
    'cuts the connection': [() => ({ kind: 'reset' }), 'PARTNER_UNAVAILABLE'],
    'answers a page': [() => ({ kind: 'garbage' }), 'PARTNER_CONTRACT_VIOLATION'],
    'answers other types': [() => ({ kind: 'wrong-type' }), 'PARTNER_CONTRACT_VIOLATION'],
    'answers 200 with an error inside': [() => ({ kind: 'error-in-200' }), 'PARTNER_REJECTED'],
    'answers 50 MB': [() => ({ kind: 'huge' }), 'PARTNER_CONTRACT_VIOLATION'],
    'refuses the request': [() => ({ kind: 'status', status: 403, type: 'Ada Lovelace' }), 'PARTNER_REJECTED'],
    'takes no more requests for half a minute': [() => ({ kind: 'rate-limited' }), 'PARTNER_RATE_LIMITED'],
    'sends us to a loopback address': [
      () => ({ kind: 'redirect', location: `http://127.0.0.1:${elsewhere.port}/` }),
      'PARTNER_CONTRACT_VIOLATION',
    ],
    'sends us to a link-local address': [
      () => ({ kind: 'redirect', location: 'http://169.254.169.254/latest/meta-data/' }),
      'PARTNER_CONTRACT_VIOLATION',
    ],
  };

  it.each(Object.entries(faults))(
    '%s: its field is null and says so, the other partner is there',
    async (_, [fault, code]) => {
      await sandboxes[partner].misbehave({ [operation]: fault() });
      const { status, body } = await askHome();
      const residence = body.data?.['residence'];
      const expected = whole.northgate.body.data?.['residence'];
      expect(status).toBe(200);
      expect(residence).toEqual({ ...Object(expected), [field]: null });
      expect(residence).toHaveProperty([other]);
      expect(body.errors).toEqual([
        {
          message: expect.stringContaining(`The partner ${partner} `),
          path: ['residence', field],
          extensions: { code },
        },
      ]);
      expect(JSON.stringify(body.errors)).not.toMatch(INSIDES);
      expect(visits).toBe(0);
    },
  );

  it('is asked again when it takes no more requests for a moment', async () => {
    await sandboxes[partner].misbehave({ [operation]: { kind: 'rate-limited', retryAfterSeconds: 0, times: 1 } });
    expect((await askHome()).body).toEqual(whole.northgate.body);
  });

  it('is left alone after it was down for long, and asked again when it is back', async () => {
    await sandboxes[partner].misbehave({ '*': { kind: 'down' } });
    let isSpared = false;
    for (let requests = 0; requests < 20 && !isSpared; requests += 1) {
      const { requestId, body } = await askHome();
      expect(body.errors).toMatchObject([{ path: ['residence', field], extensions: { code: 'PARTNER_UNAVAILABLE' } }]);
      isSpared = (await sandboxes[partner].calls(requestId)).length === 0;
    }
    expect(isSpared).toBe(true);
    expect(await readMetrics(product.environment, partner)).toContain(
      `partner_breaker_state{partner="${partner}",version="v1"} 1`,
    );

    await sandboxes[partner].misbehave({});
    await untilWhole('northgate');
    expect(await readMetrics(product.environment, partner)).toContain(
      `partner_breaker_state{partner="${partner}",version="v1"} 0`,
    );
  });
});

describe('partners that take longer than the request may', () => {
  const timeout = (partner: SandboxName) => ({
    message: `The partner ${partner} took too long.`,
    path: ['residence', PARTNERS[partner].field],
    extensions: { code: 'PARTNER_TIMEOUT' },
  });

  it('leave the others their time', async () => {
    await sandboxes.communal.misbehave({ queryAccounts: { kind: 'slow' } });
    const { body } = await askHome();
    expect(body).toEqual({
      data: { residence: { ...Object(whole.northgate.body.data?.['residence']), account: null } },
      errors: [timeout('communal')],
    });
  });

  it('are each told of, whether they say nothing or too much', async () => {
    await sandboxes['smart-home'].misbehave({ queryDevices: { kind: 'slow' } });
    await sandboxes.communal.misbehave({ queryAccounts: { kind: 'endless' } });
    const { body } = await askHome();
    expect(body.data).toMatchObject({ residence: { number: expect.any(String), devices: null, account: null } });
    expect(body.errors).toHaveLength(2);
    expect(body.errors).toEqual(expect.arrayContaining([timeout('smart-home'), timeout('communal')]));
  });

  it('leave a command in doubt', async () => {
    await sandboxes['smart-home'].misbehave({ createCommand: { kind: 'slow' } });
    const { body } = await switchLight(await findLight(), randomUUID());
    expect(body).toMatchObject({ data: { switchLight: { command: { status: 'UNKNOWN' } } } });
    expect(body.errors).toBeUndefined();
  });
});

describe('a personal value that is not encrypted as agreed', () => {
  it.each(['cut-tag', 'zip', 'dir', 'p2c', 'wrong-key', 'other-key-id'])(
    '%s: is null, and the rest of the record is there',
    async (variant) => {
      await sandboxes.communal.misbehave({ queryAccounts: { kind: 'bad-jwe', variant } });
      const { body } = await ask('query ($id: ID!) { residence(id: $id) { account { number meters { serial } } } }', {
        id: homeOf('northgate'),
      });
      expect(body).toEqual({
        data: { residence: { account: { number: null, meters: expect.any(Array) } } },
        errors: [
          {
            message: 'The partner communal answered something that its contract does not allow at Account.personal.',
            path: ['residence', 'account', 'number'],
            extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
          },
        ],
      });
    },
  );
});

describe("another company's records in a partner's answers", () => {
  it('are dropped for both companies at once, counted, and logged without a word of them', async () => {
    await sandboxes['smart-home'].misbehave({ '*': { kind: 'foreign-record' } });
    await sandboxes.communal.misbehave({ '*': { kind: 'foreign-record' } });
    const companies = Array.from({ length: 10 }, () => COMPANIES).flat();
    const answers = await Promise.all(companies.map(askHome));
    expect(answers.map(({ body }) => body)).toEqual(companies.map((company) => whole[company].body));

    for (const partner of ['smart-home', 'communal'] as const) {
      const counted = /partner_foreign_records_total\{partner="[a-z-]+"\} (\d+)/.exec(
        await readMetrics(product.environment, partner),
      );
      expect(Number(counted?.[1])).toBeGreaterThanOrEqual(companies.length);
    }
    const lines = product.process
      .output()
      .split('\n')
      .filter((line) => line.includes('partner answered with foreign records'))
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ company }) => company))).toEqual(new Set(COMPANIES));
    for (const { time: _, ...line } of lines) {
      expect(Object.keys(line).toSorted()).toEqual([
        'company',
        'dropped',
        'level',
        'msg',
        'operation',
        'partner',
        'process',
        'requestId',
        'tenant',
      ]);
    }
  });

  it('are not given for an own id either', async () => {
    await sandboxes.communal.misbehave({ queryServiceRequests: { kind: 'foreign-record' } });
    const { text } = await ask('{ serviceRequests(first: 100) { nodes { number description } } }');
    expect(text).not.toContain('riverside');
  });
});

describe('an order that is sent again', () => {
  const LOST = { kind: 'lost-answer' };
  const ATTEMPTS = 3;

  it('a command is carried out once, and one whose answer was lost is told of under its key', async () => {
    const light = await findLight();
    const order = (idempotencyKey: string): Promise<Answer> => switchLight(light, idempotencyKey);
    const sandbox = sandboxes['smart-home'];
    const done = { data: { switchLight: { command: { id: expect.any(String), status: 'DONE', reason: null } } } };

    const once = randomUUID();
    await sandbox.misbehave({ createCommand: { ...LOST, times: 1 } });
    const repeated = await order(once);
    expect(repeated.body).toEqual(done);
    expect((await sandbox.calls(repeated.requestId)).map(({ operation }) => operation)).toEqual([
      'queryDevices',
      'createCommand',
      'createCommand',
    ]);
    expect((await order(once)).body).toEqual(repeated.body);

    const inDoubt = randomUUID();
    await sandbox.misbehave({ createCommand: { ...LOST, times: ATTEMPTS } });
    expect((await order(inDoubt)).body).toMatchObject({
      data: { switchLight: { command: { status: 'UNKNOWN', reason: 'answer-lost' } } },
    });
    const told = await order(inDoubt);
    expect(told.body).toEqual(done);
    expect(told.body).not.toEqual(repeated.body);
    expect((await order(inDoubt)).body).toEqual(told.body);
  });

  it('a service request is made once', async () => {
    const made = async (description: string): Promise<number> => {
      const { body } = await ask('{ serviceRequests(first: 100) { nodes { description } } }');
      return JSON.stringify(body.data).split(description).length - 1;
    };
    const order = (description: string, idempotencyKey: string) =>
      ask(
        'mutation ($input: CreateServiceRequestInput!) { createServiceRequest(input: $input) { serviceRequest { id } } }',
        { input: { residence: homeOf('northgate'), category: 'PLUMBING', description, idempotencyKey } },
      );

    await sandboxes.communal.misbehave({ createServiceRequest: { ...LOST, times: 1 } });
    expect((await order('The first tap drips', randomUUID())).body.errors).toBeUndefined();
    expect(await made('The first tap drips')).toBe(1);

    const key = randomUUID();
    await sandboxes.communal.misbehave({ createServiceRequest: { ...LOST, times: ATTEMPTS } });
    expect((await order('The second tap drips', key)).body).toMatchObject({
      data: { createServiceRequest: null },
      errors: [{ extensions: { code: 'PARTNER_UNAVAILABLE' } }],
    });
    expect((await order('The second tap drips', key)).body.errors).toBeUndefined();
    expect(await made('The second tap drips')).toBe(1);
  });

  it('a reading is taken once', async () => {
    const READINGS = 'account { meters { id kind readings(first: 10) { nodes { values { value } } } } }';
    const read = async () => {
      const { body } = await ask(`query ($id: ID!) { residence(id: $id) { ${READINGS} } }`, {
        id: homeOf('northgate'),
      });
      return metersIn(body.data).find(({ kind }) => kind === 'COLD_WATER');
    };
    const before = await read();
    const value = (Number(before?.readings.nodes[0]?.values[0]?.value) + 1).toFixed(3);
    const input = {
      readings: [{ meter: before?.id, value, readAt: new Date().toISOString() }],
      idempotencyKey: randomUUID(),
    };
    const submit = () =>
      ask(
        'mutation ($input: SubmitReadingsInput!) { submitReadings(input: $input) { results { refusal reading { id } } } }',
        { input },
      );

    await sandboxes.communal.misbehave({ submitReadings: { ...LOST, times: 1 } });
    const taken = await submit();
    expect(taken.body).toMatchObject({ data: { submitReadings: { results: [{ refusal: null }] } } });
    expect((await submit()).body).toEqual(taken.body);
    const shown = (await read())?.readings.nodes.filter(({ values }) => values[0]?.value === value);
    expect(shown).toHaveLength(1);
  });
});

interface Home {
  readonly residence: {
    readonly devices: {
      readonly nodes: readonly { readonly __typename: string; readonly id: string; readonly reachable: boolean }[];
    };
    readonly account: {
      readonly meters: readonly {
        readonly id: string;
        readonly kind: string;
        readonly readings: { readonly nodes: readonly { readonly values: readonly { readonly value: string }[] }[] };
      }[];
    };
  };
}

const devicesIn = (data: Answer['body']['data']) => (data as unknown as Home).residence.devices.nodes;
const metersIn = (data: Answer['body']['data']) => (data as unknown as Home).residence.account.meters;
