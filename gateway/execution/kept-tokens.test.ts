/** One signature serves requests of which the same is to be said, and no others. */
import { createTestIdentities, type TestIdentities } from '@commonhold/kit/testing/identities.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createTokenMint } from './kept-tokens.ts';

const CLAIMS = { tenant: 'northgate', policies: ['public'], accessVersion: 1, grants: [] };

let identities: TestIdentities;
let gateway: ServiceIdentity;
beforeAll(async () => {
  identities = await createTestIdentities();
  gateway = await identities.of('gateway');
});
afterAll(() => identities.remove());

describe('the token for a subgraph', () => {
  it('is the same as long as it says the same', async () => {
    const mint = createTokenMint(gateway, 'communal');
    expect(await mint({ ...CLAIMS })).toBe(await mint({ ...CLAIMS }));
  });

  it.each([
    ['company', { tenant: 'riverside' }],
    ['policies', { policies: ['public', 'fresh-mfa'] }],
    ['version of access', { accessVersion: 2 }],
    ['grants', { grants: [{ scopes: ['account:read'], policies: [] }] }],
    ['person', { sub: 'ada' }],
  ])('is another for another %s', async (_, change) => {
    const mint = createTokenMint(gateway, 'communal');
    const [before, after] = [await mint(CLAIMS), await mint({ ...CLAIMS, ...change })];
    expect(after).not.toBe(before);
    expect(decodeJwt(after)).toMatchObject(change);
  });

  it('is signed anew with a new certificate', async () => {
    let current = gateway;
    const followed = { ...gateway, now: () => current };
    const mint = createTokenMint(followed, 'communal');
    const before = await mint(CLAIMS);
    current = { ...gateway, keyId: 'another' };
    expect(decodeProtectedHeader(await mint(CLAIMS)).kid).toBe('another');
    expect(decodeProtectedHeader(before).kid).toBe(gateway.keyId);
  });
});
