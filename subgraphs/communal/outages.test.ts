import { residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const AFFECTED = residenceKey('northgate-p01-r01');
const UNAFFECTED = residenceKey('northgate-p02-r01');

interface Outages {
  readonly outages: readonly { readonly id: string; readonly property: { readonly id: string } }[];
}

describe('outages', () => {
  let communal: CommunalForTests;
  beforeAll(async () => {
    communal = await startCommunal();
  });
  afterAll(() => communal.stop());

  const outagesOf = async (...asker: Parameters<typeof claimsOf>): Promise<Outages['outages']> => {
    const { data, errors } = await communal.ask(claimsOf(...asker), '{ outages { id property { id } } }');
    expect(errors).toBeUndefined();
    return (data as unknown as Outages).outages;
  };

  it('are all shown to whoever has a role for the company', async () => {
    const outages = await outagesOf('DISPATCHER', 'northgate');
    expect(new Set(outages.map(({ property }) => property.id)).size).toBe(4);
  });

  it('are shown to a resident as far as they affect the own residences', async () => {
    const all = await outagesOf('DISPATCHER', 'northgate');
    const seen = await outagesOf('RESIDENT', 'northgate', [AFFECTED]);
    expect(seen).toHaveLength(1);
    expect(all).toEqual(expect.arrayContaining([...seen]));
    expect(await outagesOf('RESIDENT', 'northgate', [UNAFFECTED])).toEqual([]);
  });

  it('that affect others are absent by reference too', async () => {
    const [{ id } = { id: '' }] = await outagesOf('RESIDENT', 'northgate', [AFFECTED]);
    const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Outage { id } } }';
    const of = [{ __typename: 'Outage', id }];
    const ask = (residence: typeof AFFECTED) =>
      communal.ask(claimsOf('RESIDENT', 'northgate', [residence]), query, { of });
    expect((await ask(AFFECTED)).data).toEqual({ _entities: [{ id }] });
    expect((await ask(UNAFFECTED)).data).toEqual({ _entities: [null] });
  });

  it('are not asked for in the name of a residence without a consent', async () => {
    communal.consents.withdraw(AFFECTED);
    await communal.calls();
    expect(await outagesOf('RESIDENT', 'northgate', [AFFECTED])).toEqual([]);
    expect(await communal.calls()).toEqual([]);
    communal.consents.restore();
  });
});
