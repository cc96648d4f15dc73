/** People by SCIM, as RFC 7644 has it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Provider, patch, providerOf, USER } from './provider.ts';

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

describe("a company's identity provider", () => {
  let provider: Provider;
  beforeAll(async () => {
    provider = await providerOf('riverside');
  });
  afterAll(() => provider?.leave());

  const person = () => {
    const name = randomUUID();
    return {
      schemas: [USER],
      userName: `Ada.${name}@riverside.example`,
      externalId: `00u-${name}`,
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      displayName: 'Ada Lovelace',
      active: true,
      emails: [{ value: `ada.${name}@riverside.example`, type: 'work', primary: true }],
      phoneNumbers: [{ value: '+491713920001', type: 'work' }],
    };
  };
  const find = async (filter: string) => {
    const { status, body } = await provider.request('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    return { status, found: (body['Resources'] ?? []) as readonly { readonly id: string }[] };
  };

  it('puts a person in, and reads back what is kept', async () => {
    const given = person();
    const created = await provider.request('POST', '/Users', { ...given, title: 'Countess', nickName: 'ada' });
    expect(created.status).toBe(201);
    expect(created.headers.get('content-type')).toContain('application/scim+json');
    const id = String(created.body['id']);
    const location = created.headers.get('location') ?? '';
    expect(created.body).toEqual({
      ...given,
      id,
      meta: {
        resourceType: 'User',
        created: expect.any(String),
        lastModified: expect.any(String),
        location,
        version: 'W/"1"',
      },
    });
    expect(location).toMatch(new RegExp(`^http://localhost:\\d+/scim/v2/riverside/Users/${id}$`));
    const read = await provider.request('GET', `/Users/${id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual(created.body);
    expect(read.headers.get('etag')).toBe('W/"1"');
  });

  it('finds a person by user name in any case, external id, mail address and id', async () => {
    const given = person();
    const { body } = await provider.request('POST', '/Users', given);
    const { id } = body;
    const [email] = given.emails;
    for (const filter of [
      `userName eq "${given.userName}"`,
      `userName eq "${given.userName.toUpperCase()}"`,
      `USERNAME EQ "${given.userName}"`,
      `${USER}:userName eq "${given.userName}"`,
      `externalId eq "${given.externalId}"`,
      `emails.value eq "${email?.value.toUpperCase()}"`,
      `emails[type eq "work"].value eq "${email?.value}"`,
      `emails[type eq "work" and value eq "${email?.value}"]`,
      `id eq "${id}"`,
      `userName eq "nobody" or externalId eq "${given.externalId}"`,
      `userName eq "${given.userName}" and active eq true`,
    ]) {
      expect({ filter, ...(await find(filter)) }).toMatchObject({ filter, status: 200, found: [{ id }] });
    }
    for (const filter of [
      `userName eq "${given.userName}x"`,
      `externalId eq "${given.externalId.toUpperCase()}"`,
      `emails[type eq "home"].value eq "${email?.value}"`,
      `userName eq "${given.userName}" and active eq false`,
      `id eq "${id}" and displayName eq "Somebody Else"`,
    ]) {
      expect({ filter, ...(await find(filter)) }).toEqual({ filter, status: 200, found: [] });
    }
  });

  it('is refused a user name that somebody has, in any case', async () => {
    const given = person();
    await provider.request('POST', '/Users', given);
    const again = await provider.request('POST', '/Users', { ...given, userName: given.userName.toUpperCase() });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ status: '409', scimType: 'uniqueness' });
    const other = await provider.addUser();
    const renamed = await provider.request(
      'PATCH',
      `/Users/${other}`,
      patch({ op: 'replace', path: 'userName', value: given.userName }),
    );
    expect(renamed.status).toBe(409);
  });

  it('pages through all of its people', async () => {
    await provider.addUser();
    await provider.addUser();
    const all = await provider.request('GET', '/Users');
    const total = Number(all.body['totalResults']);
    expect(all.body).toMatchObject({ schemas: [LIST], startIndex: 1 });
    const first = await provider.request('GET', `/Users?startIndex=${total - 1}&count=1`);
    expect(first.body).toMatchObject({ totalResults: total, startIndex: total - 1, itemsPerPage: 1 });
    const last = await provider.request('GET', `/Users?startIndex=${total}&count=5`);
    expect(last.body).toMatchObject({ totalResults: total, startIndex: total, itemsPerPage: 1 });
    const ids = [first, last].map(({ body }) => (body['Resources'] as readonly { id: string }[])[0]?.id);
    expect(new Set(ids).size).toBe(2);
    const none = await provider.request('GET', '/Users?startIndex=-3&count=0');
    expect(none.body).toMatchObject({ totalResults: total, startIndex: 1, itemsPerPage: 0, Resources: [] });
  });

  it('replaces all of a person by PUT', async () => {
    const given = person();
    const { body } = await provider.request('POST', '/Users', given);
    const { phoneNumbers: _, ...rest } = given;
    const replaced = await provider.request('PUT', `/Users/${body['id']}`, { ...rest, displayName: 'Ada King' });
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ displayName: 'Ada King', userName: given.userName });
    expect(replaced.body).not.toHaveProperty('phoneNumbers');
    expect(replaced.headers.get('etag')).toBe('W/"2"');
    expect((await find(`externalId eq "${given.externalId}"`)).found).toHaveLength(1);
  });

  it('alters parts of a person by PATCH, and changes nothing when one operation is refused', async () => {
    const { body } = await provider.request('POST', '/Users', person());
    const path = `/Users/${body['id']}`;
    const patched = await provider.request(
      'PATCH',
      path,
      patch(
        { op: 'replace', path: 'name.familyName', value: 'King' },
        { op: 'add', path: 'emails', value: [{ value: 'ada@home.example', type: 'home' }] },
        { op: 'remove', path: 'phoneNumbers[type eq "work"]' },
        { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+491713920002' },
        { op: 'remove', path: 'displayName' },
        { op: 'replace', path: 'title', value: 'not kept' },
      ),
    );
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({
      name: { givenName: 'Ada', familyName: 'King' },
      emails: [{ type: 'work' }, { value: 'ada@home.example', type: 'home' }],
      phoneNumbers: [{ type: 'mobile', value: '+491713920002' }],
    });
    expect(patched.body).not.toHaveProperty('displayName');
    const refused = await provider.request(
      'PATCH',
      path,
      patch({ op: 'replace', path: 'displayName', value: 'X' }, { op: 'replace', path: 'nonsense', value: 'Y' }),
    );
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ scimType: 'invalidPath' });
    expect((await provider.request('GET', path)).body).toEqual(patched.body);
  });

  it('writes only on the version that it has read', async () => {
    const id = await provider.addUser();
    const change = patch({ op: 'replace', path: 'displayName', value: 'New' });
    const [one, two] = ['W/"7"', 'W/"1"'].map((version) => ({ 'if-match': version }));
    expect((await provider.request('PATCH', `/Users/${id}`, change, one)).status).toBe(412);
    expect((await provider.request('PATCH', `/Users/${id}`, change, two)).status).toBe(200);
    expect((await provider.request('DELETE', `/Users/${id}`, undefined, two)).status).toBe(412);
  });

  it('takes a person out, and in again as somebody new', async () => {
    const given = person();
    const { body } = await provider.request('POST', '/Users', given);
    expect((await provider.request('DELETE', `/Users/${body['id']}`)).status).toBe(204);
    expect((await provider.request('GET', `/Users/${body['id']}`)).status).toBe(404);
    expect((await provider.request('DELETE', `/Users/${body['id']}`)).status).toBe(404);
    expect((await find(`userName eq "${given.userName}"`)).found).toEqual([]);
    const again = await provider.request('POST', '/Users', given);
    expect(again.status).toBe(201);
    expect(again.body['id']).not.toBe(body['id']);
  });

  it('is shown the attributes that it asks for', async () => {
    const { body } = await provider.request('POST', '/Users', person());
    const chosen = await provider.request('GET', `/Users/${body['id']}?attributes=userName,name.givenName`);
    expect(chosen.body).toMatchObject({ id: body['id'], userName: body['userName'], name: { givenName: 'Ada' } });
    expect(chosen.text).not.toContain('Lovelace');
    const rest = await provider.request('GET', `/Users/${body['id']}?excludedAttributes=emails`);
    expect(rest.body).not.toHaveProperty('emails');
    expect(rest.body).toHaveProperty('userName');
  });

  it('is told what is offered, and what is not', async () => {
    const config = await provider.request('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      etag: { supported: true },
    });
    const types = await provider.request('GET', '/ResourceTypes');
    expect(types.body['Resources']).toMatchObject([
      { id: 'User', endpoint: '/Users', schema: USER },
      { id: 'Group', endpoint: '/Groups' },
    ]);
    const schema = await provider.request('GET', `/Schemas/${USER}`);
    expect(schema.body).toMatchObject({ id: USER, name: 'User' });
    expect((await provider.request('POST', '/Bulk', {})).status).toBe(501);
    expect((await provider.request('GET', '/Nothing')).status).toBe(404);
  });

  it.each([
    ['no user name', { displayName: 'X' }],
    ['a user name that is no text', { userName: { a: 1 } }],
    ['a line break in a name', { userName: 'x', displayName: 'a\nBcc: b@c.example' }],
    ['a mail address that is none', { userName: 'x', emails: [{ value: 'not an address' }] }],
    ['a text that is too long', { userName: 'x'.repeat(300) }],
    ['another schema', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], userName: 'x' }],
    ['`active` that is neither', { userName: 'x', active: 'perhaps' }],
  ])('is refused a person with %s', async (_, attributes) => {
    const { status, body } = await provider.request('POST', '/Users', { schemas: [USER], ...attributes });
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: '400', schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'] });
  });
});
