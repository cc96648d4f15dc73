import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseYaml } from 'yaml';
import { parseContract } from './contract.ts';
import { generateContractJsonSchema } from './contract-json-schema.ts';
import { CONTRACT } from './tiny-partner.ts';

const environment = { TINY_PORT: '15000' };
const parse = (text: string, environment_: NodeJS.ProcessEnv = environment) =>
  parseContract(text, 'partner/contract.yaml', environment_);

describe('a partner contract', () => {
  it('names the address of the environment', () => {
    expect(parse(CONTRACT).address).toBe('https://localhost:15000');
    expect(parse(CONTRACT, { NODE_ENV: 'production', TINY_ADDRESS: 'https://api.partner.example' })).toMatchObject({
      address: 'https://api.partner.example',
      peer: undefined,
    });
  });

  it.each([
    [
      'a member of the wrong type',
      CONTRACT.replace('concurrency: 8', 'concurrency: eight'),
      'line 17, limits.concurrency: give a number',
    ],
    [
      'a part of a request',
      CONTRACT.replace('concurrency: 8', 'concurrency: 8.5'),
      'line 17, limits.concurrency: give a whole number',
    ],
    ['a text instead of a list', CONTRACT.replace('[lamps]', 'lamps'), 'line 6, dataClasses: give a list'],
    [
      'a member that nobody knows',
      CONTRACT.replace('peer:', 'pear:'),
      'line 8, environments.development.pear: take it out, or name it as one of address, networks, peer.',
    ],
    [
      'a member of another way to authenticate',
      CONTRACT.replace('tokenPath: /oauth2/token', 'tokenPath: /oauth2/token, loginPath: /login'),
      'line 11, authentication.loginPath: take it out, or name it as one of method, tokenPath, loginPath.',
    ],
    [
      'a member that is missing',
      CONTRACT.replace('purpose: Try the client\n', ''),
      'line 1, purpose: add it (What the data may be used for, in a sentence).',
    ],
    [
      'a member that is missing further in',
      CONTRACT.replace(', privacy: p@partner.example', ''),
      'line 27, contacts.privacy: add it (For personal data).',
    ],
    ['broken YAML', CONTRACT.replace('transport: mtls', 'transport: [mtls'), 'line 11, the YAML: correct it ('],
    [
      'an algorithm that is not allowed',
      CONTRACT.replace('[A256GCM]', '[A128CBC-HS256]'),
      'line 14, encryption.content.0: give A256GCM',
    ],
    ['another transport', CONTRACT.replace('mtls', 'tls'), 'line 10, transport: give one of mtls, http'],
    [
      'another way to authenticate',
      CONTRACT.replace('private_key_jwt', 'secret'),
      'line 11, authentication.method: give one of private_key_jwt, login',
    ],
    ['too little', CONTRACT.replace('concurrency: 8', 'concurrency: 0'), 'limits.concurrency: give at least 1'],
    ['too much', CONTRACT.replace('attempts: 2', 'attempts: 9'), 'line 21, retries.attempts: give at most 5'],
    [
      'an empty list',
      CONTRACT.replace('[Lamp.owner]', '[]'),
      'line 16, encryption.fields.Lamp.owner: give at least one',
    ],
    [
      'a path that is none',
      CONTRACT.replace('/oauth2/token', 'oauth2'),
      'line 11, authentication.tokenPath: correct it, it has to be a path such as /oauth2/token',
    ],
    [
      'a status that is none',
      CONTRACT.replace('errors: {', 'errors: { statuses: { 200: PARTNER_REJECTED },'),
      'line 23, errors.statuses.200: correct it, it has to be a status from 400 to 599',
    ],
    [
      'a company that may ask more than all together',
      CONTRACT.replace('concurrencyPerCompany: 4', 'concurrencyPerCompany: 9'),
      'line 17, limits.concurrencyPerCompany: give at most 8, which is limits.concurrency',
    ],
    [
      'a company whose rate is above that of all together',
      CONTRACT.replace('concurrency: 8', 'requestsPerCompany: { perSecond: 501 }, concurrency: 8'),
      'line 17, limits.requestsPerCompany.perSecond: give at most 500, which is limits.requests.perSecond',
    ],
    [
      'a minute that holds less than a second',
      CONTRACT.replace('perSecond: 500', 'perSecond: 500, perMinute: 100'),
      'line 17, limits.requests.perMinute: give at least 500, which is limits.requests.perSecond',
    ],
    [
      'a day that holds less than a minute',
      CONTRACT.replace('perSecond: 500', 'perSecond: 500, perMinute: 1000, perDay: 999'),
      'line 17, limits.requests.perDay: give at least 1000, which is limits.requests.perMinute',
    ],
    [
      'a time that nobody waits for',
      CONTRACT.replace('p99Milliseconds: 300', 'p99Milliseconds: 700'),
      'line 20, timeouts.attemptMilliseconds: give at least 700, which is sla.p99Milliseconds',
    ],
    [
      'times that contradict each other',
      CONTRACT.replace('p95Milliseconds: 40', 'p95Milliseconds: 400'),
      'line 19, sla.p95Milliseconds: give at most 300, which is sla.p99Milliseconds',
    ],
    [
      'a company that no version serves',
      CONTRACT.replace('northgate, version: v1', 'northgate, version: v3'),
      'line 25, companies.northgate.version: give one of v1, which are `versions`',
    ],
    [
      'a trial of the version that serves the company',
      CONTRACT.replace('northgate, version: v1', 'northgate, version: v1, canary: { version: v1, percent: 5 }'),
      'line 25, companies.northgate.canary.version: give another of `versions`: there is none',
    ],
    [
      'a comparison with nothing',
      CONTRACT.replace('northgate, version: v1', 'northgate, version: v1, shadow: 5'),
      'line 25, companies.northgate.shadow: name in `canary` the version to compare with',
    ],
    [
      'a sunset that is no day',
      CONTRACT.replace('basePath: /v1', 'basePath: /v1, sunset: soon'),
      'line 4, versions.v1.sunset: correct it, it has to be a day such as 2027-06-30',
    ],
    [
      'pauses that contradict each other',
      CONTRACT.replace('firstDelayMilliseconds: 5', 'firstDelayMilliseconds: 500'),
      'line 21, retries.firstDelayMilliseconds: give at most 50',
    ],
  ])('with %s keeps the subgraph from starting, and says where and what to do', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow('The partner contract partner/contract.yaml is wrong at ');
  });

  it.each([
    ['without TLS', CONTRACT.replace('https://localhost', 'http://localhost'), 'does not fit its transport'],
    ['with a path', CONTRACT.replace('TINY_PORT}', 'TINY_PORT}/v1'), 'an address that is none'],
  ])('with an address %s keeps the subgraph from starting', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('says which variable its address lacks', () => {
    expect(() => parse(CONTRACT, {})).toThrow('Environment variable TINY_PORT is missing');
  });
});

describe('the JSON Schema of a contract', () => {
  const schema: Shape = JSON.parse(generateContractJsonSchema().text);
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

  it('takes what a subgraph takes, and nothing that nobody knows', () => {
    expect(validate(parseYaml(CONTRACT))).toBe(true);
    expect(validate({ ...parseYaml(CONTRACT), colour: 'red' })).toBe(false);
  });

  it('explains each member', () => {
    expect(membersWithout('contract', { ...schema, description: 'A contract' })).toEqual([]);
  });
});

interface Shape {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
}

function membersWithout(place: string, shape: Shape): readonly string[] {
  const { properties = {} } = shape;
  const inside = Object.entries(properties).flatMap(([name, inner]) => membersWithout(`${place}.${name}`, inner));
  return shape.description ? inside : [place, ...inside];
}
