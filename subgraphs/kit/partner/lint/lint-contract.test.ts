import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../tiny-partner.ts';
import { lintContract } from './lint-contract.ts';

const DOCUMENT = `
openapi: 3.1.0
info: { title: Tiny partner, version: 1.0.0 }
servers: [{ url: https://localhost/v1 }]
paths:
  /lamps/query:
    post:
      operationId: queryLamps
      requestBody:
        content:
          application/json:
            schema: { type: object, properties: { ids: { type: array, maxItems: 5, items: { type: string } } } }
      responses: { '200': { description: Lamps. }, '429': { description: Later. } }
  /lamps/{id}:
    get:
      operationId: getLamp
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: A lamp. } }
  /orders:
    post:
      operationId: createOrder
      parameters: [{ name: Idempotency-Key, in: header, schema: { type: string } }]
      responses: { '201': { description: The order. } }
components:
  securitySchemes:
    tokens: { type: oauth2, flows: { clientCredentials: { tokenUrl: /oauth2/token, scopes: {} } } }
  schemas:
    Lamp: { type: object, properties: { id: { type: string }, owner: { type: string, x-personal-data: true } } }
    Problem: { type: object, properties: { type: { type: string, examples: [out-of-lamps, busy] } } }
`;

const CLIENT = `
export const lamps = (client) => client.call('post', '/lamps/query', {});
export const lamp = (client, id) =>
  client.call(
    'get', '/lamps/{id}', { path: { id } });
`;

const GOOD = { contract: CONTRACT, document: DOCUMENT, client: CLIENT };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
  await mkdir(join(folder, 'openapi'));
});
afterAll(() => rm(folder, { recursive: true }));

async function lint({ contract, document, client }: typeof GOOD): Promise<readonly string[]> {
  await writeFile(join(folder, 'contract.yaml'), contract);
  await writeFile(join(folder, 'openapi/v1.yaml'), document);
  await writeFile(join(folder, 'client.ts'), client);
  const findings = await lintContract(pathToFileURL(`${folder}/`));
  return findings.map(
    ({ file, line, member, remedy }) => `${file.pathname.split('/').at(-1)}:${line} ${member}: ${remedy}`,
  );
}

describe('the comparison of a contract with the document of its partner', () => {
  it('finds nothing in what fits', async () => {
    expect(await lint(GOOD)).toEqual([]);
  });

  const contract = (found: string, instead: string) => ({ ...GOOD, contract: CONTRACT.replace(found, instead) });
  const webhooks = (type: string) =>
    `events: { delivery: webhooks, signature: standard-webhooks, types: [${type}], requestsPerSecond: 1, requestsPerSecondAndCompany: 1 }`;
  const document = (found: string, instead: string) => ({ ...GOOD, document: DOCUMENT.replace(found, instead) });

  it.each([
    [
      'a version without a document',
      contract('  v1: {', '  v2: { basePath: /v2 }\n  v1: {'),
      'contract.yaml:4 versions.v2: The',
    ],
    [
      'another base path',
      contract('basePath: /v1', 'basePath: /v2'),
      'contract.yaml:4 versions.v1.basePath: give /v1, as',
    ],
    [
      'a version that no client calls',
      { ...GOOD, client: '' },
      'contract.yaml:4 versions.v1: take it out, or call it: no client does',
    ],
    [
      'another address of tokens',
      contract('/oauth2/token', '/token'),
      'contract.yaml:11 authentication.tokenPath: give /oauth2/token, as',
    ],
    [
      'a way to authenticate that the document lacks',
      document('clientCredentials:', 'password:'),
      'contract.yaml:11 authentication.method: choose another',
    ],
    [
      'another address of keys',
      document('  /orders:', "  /keys/jwks: { get: { operationId: keys, responses: { '200': {} } } }\n  /orders:"),
      'contract.yaml:15 encryption.jwksPath: give /v1/keys/jwks, as',
    ],
    [
      'a personal member that the document lacks',
      contract('[Lamp.owner]', '[Lamp.owner], Lamp.guest: [Lamp.guest]'),
      'contract.yaml:16 encryption.fields.Lamp.guest: take it out: the document has no such member',
    ],
    [
      'an encrypted member that is not marked',
      contract('[Lamp.owner]', '[Lamp.owner], Lamp.id: [Lamp.id]'),
      'contract.yaml:16 encryption.fields.Lamp.id: take it out, or mark it',
    ],
    [
      'a marked member that is not encrypted',
      document('id: { type: string }, owner', 'id: { type: string, x-personal-data: true }, owner'),
      'contract.yaml:16 encryption.fields: add Lamp.id, which',
    ],
    [
      'marked members and no encryption',
      contract(/encryption:\n(?: {2}.*\n)+/.exec(CONTRACT)?.[0] ?? '', ''),
      'contract.yaml:1 encryption: add it, as the document marks Lamp.owner',
    ],
    [
      'a batch above maxItems',
      contract('batches: { lamps: 5 }', 'batches: { ids: 6 }'),
      'contract.yaml:17 limits.batches.ids: give at most 5, which is maxItems',
    ],
    [
      'a batch of what nobody takes',
      contract('batches: { lamps: 5 }', 'batches: { rooms: 5 }'),
      'contract.yaml:17 limits.batches.rooms: take it out: no operation',
    ],
    [
      'a suffix of queries that no path has',
      contract('querySuffix: /query', 'querySuffix: /search'),
      'contract.yaml:21 retries.querySuffix: take it out',
    ],
    [
      'a suffix of queries that an order has',
      contract('querySuffix: /query', 'querySuffix: /orders'),
      'contract.yaml:21 retries.querySuffix: choose another: createOrder',
    ],
    [
      'a status that no operation answers with',
      contract('errors: {', 'errors: { statuses: { 405: PARTNER_RATE_LIMITED },'),
      'contract.yaml:23 errors.statuses.405: take it out',
    ],
    [
      'webhooks that the contract says nothing of',
      document('components:\n', 'webhooks: { lamp.changed: {} }\ncomponents:\n'),
      'contract.yaml:1 events: say how we learn of lamp.changed',
    ],
    [
      'an event that the document lacks',
      contract('errors: {', `${webhooks('lamp.changed')}\nerrors: {`),
      'contract.yaml:23 events.types.0: take out lamp.changed: the document has no such webhook',
    ],
    [
      'a question for changes that the document lacks',
      contract(
        'errors: {',
        'events: { delivery: polling, path: /changes, types: [lamp.on], everySeconds: 1 }\nerrors: {',
      ),
      'contract.yaml:23 events.path: name an operation that the document has',
    ],
    ['a code that the document lacks', document(', busy]', ']'), 'contract.yaml:23 errors.codes.busy: take it out, or'],
    [
      'a call of a deprecated operation',
      document('operationId: getLamp', 'operationId: getLamp\n      deprecated: true'),
      'client.ts:4 GET /lamps/{id}: call another: the document says that it is deprecated',
    ],
    [
      'a call of an operation that is gone',
      document('/lamps/query:', '/lamps/search:'),
      'client.ts:2 POST /lamps/query: call an operation that the document of this version has',
    ],
    [
      'a contract that is wrong in itself',
      contract('attempts: 2', 'attempts: 9'),
      'contract.yaml:21 retries.attempts:',
    ],
  ])('finds %s, and says where and what to do', async (_, parts, expected) => {
    expect((await lint(parts)).filter((finding) => finding.startsWith(expected))).toHaveLength(1);
  });

  it('finds a login that the document lacks', async () => {
    const login = CONTRACT.replace(/authentication: .*/, 'authentication: { method: login, loginPath: /v1/login }')
      .replace(/encryption:\n(?: {2}.*\n)+/, '')
      .replace('transport: mtls', 'transport: http\nunencrypted: It stands here.')
      .replaceAll(/environments:\n.*\n.*/g, (text) => text.replaceAll(' }', ', networks: [127.0.0.0/8] }'));
    expect(await lint({ ...GOOD, contract: login })).toEqual(
      expect.arrayContaining([
        expect.stringContaining('authentication.method: choose another'),
        expect.stringContaining('authentication.loginPath: give a path that the document has: POST /v1/login is none'),
      ]),
    );
  });
});
