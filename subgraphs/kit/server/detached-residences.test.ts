/** Residences that come in the body, because a token has no room for them, count only as the token was signed for them. */
import { detachList } from '@commonhold/platform/tls/detached-list.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId, residenceKey, tenantId } from '../tenancy/ids.ts';
import { ownId } from '../tenancy/principal.ts';
import { createTestIdentities, type TestIdentities } from '../testing/identities.ts';
import { startTinySubgraph, type TinySubgraph } from '../testing/tiny-subgraph.ts';

const LIST = Array.from({ length: 10_000 }, (_, index) => `northgate-r${index}`);
const [FIRST = ''] = LIST;
const FOREIGN = 'northgate-r10000';
const GRANT = { scopes: ['residence:read'], policies: [] };

let identities: TestIdentities;
let tiny: TinySubgraph;
beforeAll(async () => {
  identities = await createTestIdentities();
  const residence = (
    _root: unknown,
    { id }: { readonly id: string },
    { principal }: TinySubgraph['requests'][number],
  ) => ownId(principal, id, ['Residence'], ['residence:read']) && { id };
  tiny = await startTinySubgraph(identities, { resolvers: { Query: { residence } } });
});
afterAll(async () => {
  await tiny?.stop();
  await identities?.remove();
});

/** Asks for a residence with a token for `residences`, and `sent` beside the operation. */
async function ask(residences: unknown, sent: unknown, wanted = FIRST) {
  return askWith(await tokenFor(residences), sent, wanted);
}

async function tokenFor(residences: unknown): Promise<string> {
  const claims = { tenant: 'northgate', policies: ['public'], grants: [{ ...GRANT, residences }] };
  return mintServiceToken(await identities.of('gateway'), 'smart-home', claims);
}

async function askWith(token: string, sent: unknown, wanted = FIRST) {
  const key = residenceKey(wanted);
  const id = encodeId({ tenant: tenantId('northgate'), type: 'Residence', residence: key, key });
  const { status, body } = await tiny.gateway.send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: 'query ($id: ID!) { residence(id: $id) { id } }',
      variables: { id },
      ...(sent !== undefined && { extensions: { residences: sent } }),
    }),
  });
  return [status, JSON.parse(body).data?.residence ?? JSON.parse(body).error ?? null];
}

const REFUSED = [401, 'Unauthorized'];

describe('residences beside the operation', () => {
  it('are those that the token was signed for, and no other', async () => {
    expect(await ask(detachList(LIST), [LIST])).toEqual([200, { id: expect.any(String) }]);
    expect(await ask(detachList(LIST), [LIST], FOREIGN)).toEqual([200, null]);
  });

  it.each([
    ['missing', undefined],
    ['empty', []],
    ['longer', [[...LIST, FOREIGN]]],
    ['shorter', [LIST.slice(1)]],
    ['in another order', [LIST.toReversed()]],
    ['others', [[FOREIGN]]],
    ['no lists', LIST],
    ['numbers', [[1, 2, 3]]],
  ])('are refused when they are %s', async (_what, sent) => {
    expect(await ask(detachList(LIST), sent)).toEqual(REFUSED);
  });

  it('are looked at each time that their token comes', async () => {
    const token = await tokenFor(detachList(LIST));
    expect(await askWith(token, [LIST])).toEqual([200, { id: expect.any(String) }]);
    expect(await askWith(token, undefined)).toEqual(REFUSED);
    expect(await askWith(token, [[...LIST, FOREIGN]], FOREIGN)).toEqual(REFUSED);
  });

  it('add nothing to what the token names by itself', async () => {
    expect(await ask([FIRST], [[FOREIGN]])).toEqual([200, { id: expect.any(String) }]);
    expect(await ask([FIRST], [[FOREIGN]], FOREIGN)).toEqual([200, null]);
    expect(await ask([FIRST], [[FIRST, FOREIGN]], FOREIGN)).toEqual([200, null]);
  });

  it('are refused beside a token that names nothing, or not in one of the two ways', async () => {
    for (const residences of [{}, { sha256: 5 }, { ...detachList(LIST), more: true }, null, 'all']) {
      expect(await ask(residences, [LIST])).toEqual(REFUSED);
    }
  });

  it('are keys of residences', async () => {
    const strange = ['a b', '../c'];
    expect(await ask(detachList(strange), [strange])).toEqual(REFUSED);
  });
});
