/** What comes to a company's endpoint for provisioning and has no business there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askStrongly } from '../policy/fresh-login.ts';
import { ask } from '../system/client.ts';
import { endpointOf, type Provider, patch, providerOf, scim, USER } from './provider.ts';
import { listTokens, makeToken, revokeToken } from './tokens.ts';

let northgate: Provider;
let riverside: Provider;
beforeAll(async () => {
  northgate = await providerOf('northgate');
  riverside = await providerOf('riverside');
});
afterAll(async () => {
  await northgate?.leave();
  await riverside?.leave();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a token', () => {
  it('of another company, of nobody, or for a company that doesn’t exist, is answered alike', async () => {
    const answers = await Promise.all([
      scim(`${endpointOf('northgate')}/Users`, 'GET', undefined, bearer(riverside.token)),
      scim(`${endpointOf('northgate')}/Users`, 'GET', undefined, bearer(`scim_${'a'.repeat(43)}`)),
      scim(`${endpointOf('nobody')}/Users`, 'GET', undefined, bearer(northgate.token)),
      scim(`${endpointOf('no%2Fbody')}/Users`, 'GET', undefined, bearer(northgate.token)),
      scim(`${endpointOf('northgate')}/Users`, 'GET', undefined, {}),
      scim(`${endpointOf('northgate')}/Nothing`, 'GET', undefined, bearer(riverside.token)),
      scim(`${endpointOf('northgate')}/ServiceProviderConfig`, 'GET', undefined, bearer(riverside.token)),
    ]);
    for (const { status, text, headers } of answers) {
      expect(status).toBe(401);
      expect(text).toBe(answers[0].text);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="scim"');
    }
  });

  it('is of no use from the moment it is revoked', async () => {
    const until = new Date(Date.now() + 60 * 60 * 1000).toISOString();
    const { id, token } = await makeToken('northgate.example', until);
    const url = `${endpointOf('northgate')}/Users?count=1`;
    expect((await scim(url, 'GET', undefined, bearer(token))).status).toBe(200);
    await revokeToken('northgate.example', id);
    expect((await scim(url, 'GET', undefined, bearer(token))).status).toBe(401);
    expect((await northgate.request('GET', '/Users?count=1')).status).toBe(200);
  });

  it('of a person is of no use here, nor is one of a provider at the graph', async () => {
    const { status } = await ask(undefined, '{ me { subject } }', {}, bearer(northgate.token));
    expect(status).toBe(401);
  });

  it('is made for at most a year, and not as the third', async () => {
    const create = async (days: number) => {
      const until = new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();
      const { body } = await askStrongly(
        'company-admin@northgate.example',
        'mutation ($input: CreateProvisioningTokenInput!) { createProvisioningToken(input: $input) { token } }',
        { input: { until, idempotencyKey: randomUUID() } },
      );
      return body;
    };
    expect((await create(366)).errors?.[0]?.message).toContain('input.until');
    expect((await create(-1)).errors?.[0]?.message).toContain('input.until');
    if ((await listTokens('northgate.example')).length < 2) expect((await create(1)).errors).toBeUndefined();
    const { data, errors } = await create(1);
    expect(data).toEqual({ createProvisioningToken: null });
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    const [own, ...others] = await listTokens('northgate.example');
    expect(own).toBeDefined();
    for (const { id, until } of others) {
      if (Date.parse(until) < Date.now() + 2 * 24 * 60 * 60 * 1000) await revokeToken('northgate.example', id);
    }
  });
});

describe('a person of another company', () => {
  it('can be neither read nor found, altered or taken out', async () => {
    const externalId = randomUUID();
    const userName = `${randomUUID()}@people.example`;
    const id = await riverside.addUser({ userName, externalId });
    const filters = [`id eq "${id}"`, `externalId eq "${externalId}"`, `userName eq "${userName}"`];
    for (const filter of filters) {
      const { body } = await northgate.request('GET', `/Users?filter=${encodeURIComponent(filter)}`);
      expect(body).toMatchObject({ totalResults: 0, Resources: [] });
    }
    const absent = randomUUID();
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { schemas: [USER], userName }],
      ['PATCH', patch({ op: 'replace', path: 'active', value: false })],
      ['DELETE', undefined],
    ] as const) {
      const foreign = await northgate.request(method, `/Users/${id}`, body);
      expect(foreign.status).toBe(404);
      expect(foreign.text).toBe((await northgate.request(method, `/Users/${absent}`, body)).text);
    }
    const still = await riverside.request('GET', `/Users/${id}`);
    expect(still.body).toMatchObject({ active: true, userName, meta: { version: 'W/"1"' } });
    const same = await northgate.request('POST', '/Users', { schemas: [USER], userName, externalId });
    expect(same.status).toBe(201);
  });

  it('of the estate, whom no provider put in, is none of its people', async () => {
    const patched = await northgate.request(
      'PATCH',
      '/Users/northgate-dispatcher',
      patch({ op: 'replace', path: 'active', value: false }),
    );
    expect(patched.status).toBe(404);
    expect((await northgate.request('DELETE', '/Users/northgate-dispatcher')).status).toBe(404);
  });
});

describe('a filter', () => {
  const ask = (filter: string) => northgate.request('GET', `/Users?filter=${encodeURIComponent(filter)}`);

  it.each([
    ['would be written to the prototype of all objects', 'a.__proto__.polluted eq "x"'],
    ['would be, by the constructor', 'a.constructor.prototype.polluted eq "x"'],
    ['takes a tokenizer exponential time, by backslashes', `userName eq "${'\\'.repeat(400)}`],
    ['takes a tokenizer exponential time, by line breaks', `userName eq "${'\n'.repeat(400)}`],
    ['has alternatives without end', Array.from({ length: 12 }, (_, i) => `(id eq "${i}" or id eq "x")`).join(' and ')],
    ['asks for all', 'userName pr'],
    ['asks for all but one', 'not (userName eq "x")'],
    ['asks for all beside one', 'userName eq "x" or userName pr'],
    ['asks for a part of a name', 'userName co "a"'],
    ['breaks out of its text', 'userName eq "x" or "1" eq "1'],
    ['is too long', `userName eq "${'x'.repeat(600)}"`],
    ['names what nobody knows', 'sealed_profile eq "x"'],
    ['is no filter', ') drop table person; --'],
    ['is empty', ''],
  ])('that %s is refused at once', async (_, filter) => {
    const began = Date.now();
    const { status, body } = await ask(filter);
    expect({ status, type: body['scimType'] }).toEqual({ status: 400, type: 'invalidFilter' });
    expect(Date.now() - began).toBeLessThan(3_000);
  });

  it('with what SQL would read finds nobody', async () => {
    expect((await ask(`userName eq "' or 1=1 --"`)).body).toMatchObject({ totalResults: 0 });
    expect((await ask(`id eq "' or '1'='1"`)).body).toMatchObject({ totalResults: 0 });
  });

  it('in a path of PATCH is held to the same', async () => {
    const id = await northgate.addUser();
    for (const path of [`emails[value eq "${'\\'.repeat(200)}`, 'emails[a.__proto__.b eq "x"].value', '__proto__.x']) {
      const { status, body } = await northgate.request(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path, value: 'x' }),
      );
      expect({ path, status, type: body['scimType'] }).toEqual({ path, status: 400, type: 'invalidPath' });
    }
    expect((await northgate.request('GET', `/Users/${id}`)).body).toMatchObject({ meta: { version: 'W/"1"' } });
  });
});

describe('a body', () => {
  const post = (body: string, headers = {}) => northgate.request('POST', '/Users', body, headers);

  it.each(['__proto__', 'constructor'])('with the key %s is refused, however deep', async (key) => {
    const value = key === 'constructor' ? '{"prototype": {"polluted": 1}}' : '{"polluted": 1}';
    const answer = await post(`{"schemas": ["${USER}"], "userName": "x", "name": {"${key}": ${value}}}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/scim+json');
  });

  it('that is too large, no JSON, compressed or of another type is refused', async () => {
    expect((await post(JSON.stringify({ userName: 'x'.repeat(600_000) }))).status).toBe(413);
    expect((await post('{')).status).toBe(400);
    expect((await post('"text"')).status).toBe(400);
    expect((await post('{}', { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post('{}', { 'content-type': 'text/xml' })).status).toBe(415);
  });

  it('with more operations than are taken is refused', async () => {
    const id = await northgate.addUser();
    const operation = { op: 'replace', path: 'displayName', value: 'x' };
    const many = patch(...Array.from({ length: 101 }, () => operation));
    expect((await northgate.request('PATCH', `/Users/${id}`, many)).status).toBe(400);
  });

  it('cannot name the company, the id or who somebody is here', async () => {
    const userName = randomUUID();
    const { body, status } = await northgate.request('POST', '/Users', {
      ...{ schemas: [USER], userName, id: 'chosen', tenant: 'riverside', subject: 'northgate-company-admin' },
      ...{ key: 'northgate-company-admin', roles: [{ value: 'COMPANY_ADMIN' }], meta: { version: 'W/"9"' } },
    });
    expect(status).toBe(201);
    expect(body['id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).not.toHaveProperty('roles');
    expect(body).toMatchObject({ meta: { version: 'W/"1"' } });
  });
});
