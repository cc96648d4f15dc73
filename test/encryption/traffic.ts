/**
 * Real traffic with secrets and personal values in it: logins, questions, orders, failures of partners, requests that
 * are malformed. It remembers what was answered to those who may know, and what to those who may not.
 */
import { randomUUID } from 'node:crypto';
import { asksFor } from '@commonhold/development/browser-session.ts';
import { gatewayAddress, type HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken, refreshToken } from '@commonhold/development/obtain-token.ts';
import { residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { parse } from 'node-html-parser';
import { Secret, TOTP } from 'otpauth';
import { beginLogin, type LoginIssuer } from '../identity/issuer-process.ts';
import { post } from '../system/client.ts';
import type { TestProduct } from '../system/product.ts';
import { connectToSandbox } from '../system/sandbox.ts';
import type { Canary } from './traces.ts';

export interface Traffic {
  /** Secrets that came into being, and texts that were sent. */
  readonly canaries: Canary[];
  /** Data that was answered to who may know it. */
  readonly given: string[];
  /** Errors and refusals. */
  readonly told: string[];
}

export const NORTHGATE_HOME = residenceId(tenantId('northgate'), residenceKey('northgate-p01-r01'));

/** Everything that only the errors of a sandbox partner say. */
export const SAID_BY_PARTNERS: readonly Canary[] = ['Ada Lovelace', 'db-7.internal', '10.0.0.7'].map((value) => ({
  kind: 'error of a partner',
  value,
}));

export async function makeTraffic(product: TestProduct): Promise<Traffic> {
  const traffic: Traffic = { canaries: [], given: [], told: [] };
  await logIn(product, traffic);
  const tokens = await readPersonalData(product, traffic);
  await failAtPartners(product, tokens.resident, traffic);
  await sendMalformed(product, tokens.resident, traffic);
  return traffic;
}

/** A text that stands nowhere else. */
function plant({ canaries }: Traffic, kind: string): string {
  const value = `canary ${randomUUID()} ü/+`;
  canaries.push({ kind, value });
  return value;
}

async function logIn({ environment }: TestProduct, traffic: Traffic): Promise<void> {
  const port = Number(environment.PORT_BASE);
  const issuer: LoginIssuer = {
    url: `http://localhost:${port + 100}`,
    masterKey: await loadMasterKey({ ...environment }),
    redirectUri: `http://localhost:${port + 1}/callback`,
    logoutUri: `http://localhost:${port + 1}`,
  };
  const email = 'technician@northgate.example';
  const login = await beginLogin(issuer);
  const page = await login.open({ login_hint: plant(traffic, 'login hint') });
  const unknown = await login.sendPassword(page, plant(traffic, 'unknown login name'), 'wrong-password');
  const refused = await login.sendPassword(unknown, email, plant(traffic, 'wrong password'));
  const guessed = await login.browser.submit(await login.sendPassword(refused, email), '/totp', { code: '000000' });
  const callback = await login.sendCode(guessed, email);
  traffic.told.push(refused.text, guessed.text);
  const tokens = await login.exchange(callback);
  const code = new URL(callback.address).searchParams.get('code') ?? '';
  keep(traffic, {
    'authorization code': code,
    'access token': tokens.access_token,
    'refresh token': tokens.refresh_token,
    'ID token': tokens.id_token,
  });
  await enrol(issuer, traffic);
  await sendNonsense(issuer, code, traffic);
}

function keep({ canaries }: Traffic, values: Readonly<Record<string, string | undefined>>): void {
  for (const [kind, value = ''] of Object.entries(values)) {
    if (value === '') throw new Error(`there is no ${kind}`);
    canaries.push({ kind, value });
  }
}

/** The first login of somebody who sets up a second factor, and one with a recovery code. */
async function enrol(issuer: LoginIssuer, traffic: Traffic): Promise<void> {
  const email = 'newcomer@riverside.example';
  const login = await beginLogin(issuer);
  const page = await login.sendPassword(await login.open(), email);
  const secret = parse(page.text).querySelector('.key')?.text.replaceAll(' ', '') ?? '';
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  const shown = await login.browser.submit(page, '/enrolment', { code });
  const codes = parse(shown.text).querySelectorAll('.codes code');
  keep(traffic, { 'TOTP secret': secret });
  traffic.canaries.push(
    { kind: 'TOTP secret', value: new Uint8Array(Secret.fromBase32(secret).buffer) },
    ...codes.map(({ text }) => ({ kind: 'recovery code', value: text })),
  );
  await login.browser.submit(shown, '/finish', {});

  const later = await beginLogin(issuer);
  const codePage = await later.sendPassword(await later.open(), email);
  const recovery = await later.browser.open(`${codePage.address}?factor=recovery-code`);
  const callback = await later.browser.submit(recovery, '/recovery-code', { code: codes[0]?.text ?? '' });
  if (asksFor(callback, '/recovery-code')) throw new Error('the recovery code was refused');
}

/** What the issuer is sent by who knows no better, or worse. */
async function sendNonsense({ url }: LoginIssuer, code: string, traffic: Traffic): Promise<void> {
  const text = plant(traffic, 'parameter for the issuer');
  const query = new URLSearchParams({ client_id: text, redirect_uri: text, state: text, login_hint: text });
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'frontend',
    code,
    code_verifier: text,
  });
  const answers = await Promise.all([
    fetch(`${url}/auth?${query}`),
    fetch(`${url}/${encodeURIComponent(text)}`),
    fetch(`${url}/token`, { method: 'POST', body: form }),
    fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: text, client_assertion: text }) }),
    fetch(`${url}/me`, { headers: { authorization: `Bearer ${encodeURIComponent(text)}` } }),
    fetch(`${url}/interaction/${encodeURIComponent(text)}`, {
      headers: { cookie: `_session=${encodeURIComponent(text)}` },
    }),
  ]);
  for (const answer of answers) {
    if (answer.ok) throw new Error('nonsense was accepted');
    traffic.told.push(await answer.text());
  }
}

const PEOPLE = '{ people(first: 100) { nodes { name email phone } } }';
const ACCOUNTS = '{ residences(first: 100) { nodes { account { number holderName balanceEuros } } } }';
const REQUESTS = '{ serviceRequests(first: 100) { nodes { description } } }';
const MOVEMENTS =
  '{ devices(first: 50) { nodes { ... on MotionSensor { occupied events(first: 5) { nodes { occurredAt } } } } } }';

async function readPersonalData(product: TestProduct, traffic: Traffic): Promise<{ readonly resident: HeldToken }> {
  const environment = { ...product.environment };
  const held = new Map<string, HeldToken>();
  for (const email of [
    'resident@northgate.example',
    'accountant@northgate.example',
    'dispatcher@riverside.example',
    'analyst@northgate.example',
    'northgate-reporting',
  ]) {
    const tokens = await obtainToken({ environment, email });
    held.set(email, tokens);
    keep(traffic, { 'access token': tokens.accessToken });
    if (!tokens.refreshToken) continue;
    const renewed = await refreshToken({ environment, email, tokens });
    keep(traffic, { 'refresh token': tokens.refreshToken, 'renewed refresh token': renewed.refreshToken });
  }
  const ask = async (email: string, query: string, variables = {}): Promise<void> => {
    const token = held.get(email) ?? { accessToken: '' };
    const { body } = await post(gatewayAddress(environment, token), { query, variables }, {}, token);
    traffic.given.push(JSON.stringify(body.data));
    traffic.told.push(JSON.stringify(body.errors ?? []));
  };
  await ask('dispatcher@riverside.example', PEOPLE);
  await ask('dispatcher@riverside.example', REQUESTS);
  await ask('accountant@northgate.example', ACCOUNTS);
  await ask('resident@northgate.example', MOVEMENTS);
  await ask('resident@northgate.example', ORDER, {
    input: {
      residence: NORTHGATE_HOME,
      category: 'OTHER',
      description: plant(traffic, 'description that a person wrote'),
      clientMutationId: plant(traffic, 'mark of a client'),
      idempotencyKey: randomUUID(),
    },
  });
  for (const question of [PEOPLE, ACCOUNTS, REQUESTS]) {
    await ask('analyst@northgate.example', question);
    await ask('northgate-reporting', question);
  }
  return { resident: held.get('resident@northgate.example') ?? { accessToken: '' } };
}

const ORDER = `mutation ($input: CreateServiceRequestInput!) {
  createServiceRequest(input: $input) { clientMutationId serviceRequest { description } }
}`;

async function failAtPartners(product: TestProduct, token: HeldToken, traffic: Traffic): Promise<void> {
  for (const partner of ['smart-home', 'communal'] as const) {
    const sandbox = await connectToSandbox(partner, product.environment);
    for (const value of await sandbox.tokens()) traffic.canaries.push({ kind: 'access token of a partner', value });
    for (const fault of [
      { kind: 'down', times: 3 },
      { kind: 'error-in-200' },
      { kind: 'status', status: 403, type: 'Ada Lovelace' },
      { kind: 'wrong-type' },
      { kind: 'garbage' },
      { kind: 'foreign-record' },
      { kind: 'bad-jwe', variant: 'wrong-key' },
      { kind: 'lost-answer', times: 1 },
    ]) {
      await sandbox.misbehave({ '*': fault });
      for (const query of [ACCOUNTS, REQUESTS, MOVEMENTS]) {
        const { body } = await post(product.graphqlUrl, { query }, {}, token);
        traffic.told.push(JSON.stringify(body.errors ?? []));
      }
    }
    await sandbox.misbehave({});
    await sandbox.close();
  }
}

/** Requests that are refused, with a text in every place where one can stand. */
async function sendMalformed({ graphqlUrl }: TestProduct, token: HeldToken, traffic: Traffic): Promise<void> {
  const text = plant(traffic, 'text in a malformed request');
  const literal = JSON.stringify(text);
  const inHeader = encodeURIComponent(text);
  const requests: readonly (readonly [unknown, Readonly<Record<string, string>>?])[] = [
    [{ query: `{ residence(id: ${literal}) { number } } }` }],
    [{ query: `{ residence(id: ${literal}) { nothing } }` }],
    [{ query: `{ residences(first: ${literal}) { nodes { id } } }` }],
    [{ query: `{ residences(after: ${literal}) { nodes { id } } }` }],
    [{ query: '{ me { name } }', variables: text }],
    [{ query: 'query ($first: Int) { people(first: $first) { nodes { id } } }', variables: { first: text } }],
    [{ query: ORDER, variables: { input: { description: text, category: text } } }],
    [{ query: '{ me { name } }', operationName: text }],
    [{ query: '{ me { name } }', extensions: { persistedQuery: { version: 1, sha256Hash: text } } }],
    [`{"query": "{ me { name } }", ${literal}`],
    [{ query: '{ me { id } }' }, { authorization: `Bearer ${inHeader}` }],
    [{ query: '{ me { id } }' }, { authorization: `Basic ${Buffer.from(text).toString('base64')}` }],
    [{ query: '{ me { id } }' }, { authorization: `Bearer ${token.accessToken.slice(0, -3)}AAA` }],
    [{ query: '{ me { id } }' }, { 'x-request-id': inHeader, cookie: inHeader, 'x-token': inHeader }],
  ];
  for (const [body, headers] of requests) {
    const answer = await post(graphqlUrl, body, headers, headers ? undefined : token);
    traffic.told.push(
      JSON.stringify([...answer.headers]),
      answer.status === 200 ? JSON.stringify(answer.body.errors ?? []) : answer.text,
    );
  }
  for (const path of [`?access_token=${inHeader}&query=${inHeader}`, `/${inHeader}`]) {
    traffic.told.push(await (await fetch(graphqlUrl + path, { headers: { referer: `http://x/${inHeader}` } })).text());
  }
}
