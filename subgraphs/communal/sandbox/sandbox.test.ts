import { COMPANIES, sampleResidences } from '@commonhold/development/estate.ts';
import { residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { testRequest } from '@commonhold/kit/testing/request.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type CommunalClient, createCommunalClient } from '../partner/client.ts';
import { type CommunalForTests, startCommunal } from '../testing/start-communal.ts';

const YEARS = 2;

let communal: CommunalForTests;
beforeAll(async () => {
  communal = await startCommunal();
});
afterAll(() => communal.stop());

const requestOf = (company: string) => testRequest(tenantId(company), { deadline: Date.now() + 60_000 });
const partnerFor = (company: string) => communal.partner.client('v1', requestOf(company));
const clientFor = (company: string): CommunalClient => createCommunalClient(communal.partner, requestOf(company));
const residencesOf = (company: string) => sampleResidences(company).map(({ key }) => residenceKey(key));

describe('the sandbox partner', () => {
  it('has 2,000 accounts with 8,000 meters of all kinds, in 40 buildings of 2 companies', async () => {
    const month = new Date(Date.now() - 40 * 24 * 60 * 60 * 1_000).toISOString().slice(0, 7);
    const asked = [];
    // Both ends are this process: all at once would last longer than the client waits for any of them.
    for (const { key } of COMPANIES) {
      const [client, residences] = [clientFor(key), residencesOf(key)];
      asked.push({
        accounts: await client.accounts({ residences }),
        meters: await client.meters({ residences }),
        consumption: await client.consumption({ residences, kind: 'electricity', from: month, to: month }),
      });
    }
    const accounts = asked.map((company) => company.accounts);
    const meters = asked.map((company) => company.meters);
    const consumption = asked.map((company) => company.consumption);
    expect(new Set(accounts.flat().map(({ id }) => id)).size).toBe(2_000);
    expect(new Set(meters.flat().map(({ id }) => id)).size).toBe(8_000);
    expect(new Set(meters.flat().map(({ serial }) => serial)).size).toBe(8_000);
    expect(new Set(meters.flat().map(({ kind }) => kind)).size).toBe(5);
    expect(new Set(consumption.flat().map(({ propertyRef }) => propertyRef)).size).toBe(40);
    for (const [index, { key }] of COMPANIES.entries()) {
      expect(accounts[index]?.every(({ companyId }) => companyId === key)).toBe(true);
      expect(meters[index]?.every(({ companyId }) => companyId === key)).toBe(true);
    }
  });

  it('has a reading of each meter for each month of two years, and none that goes back', async () => {
    const all = [...communal.estate.meters.values()].filter(({ companyId }) => companyId === 'northgate');
    const meters = all.filter((_, index) => index % 8 === 0);
    const readings = await clientFor('northgate').readings(
      meters.map(({ id }) => id),
      100,
    );
    const byMeter = Map.groupBy(readings, ({ meterId }) => meterId);
    expect(byMeter.size).toBe(meters.length);
    for (const ofMeter of byMeter.values()) {
      expect(new Set(ofMeter.map(({ readAt }) => readAt.slice(0, 7))).size).toBe(YEARS * 12);
      const totals = ofMeter.map(({ zones }) => zones.reduce((sum, { value }) => sum + Number(value), 0));
      expect(totals).toEqual(totals.toSorted((a, b) => b - a));
    }
  });

  it.each([
    ['residences', { residences: Array.from({ length: 501 }, (_, index) => `r-${index}`) }],
    ['ids', { ids: Array.from({ length: 501 }, (_, index) => `mtr-${index}`) }],
  ])('refuses more %s than a batch may have', async (_, body) => {
    const call = partnerFor('northgate').call('post', '/meters/query', { body, schema: z.unknown() });
    await expect(call).rejects.toMatchObject({ code: 'PARTNER_REJECTED' });
  });

  it('tells a company nothing of what the other has', async () => {
    const [meter] = communal.estate.metersOf('riverside', 'riverside-p01-r01');
    const client = clientFor('northgate');
    expect(await client.meters({ ids: [meter?.id ?? ''] })).toEqual([]);
    expect(await client.accounts({ residences: residencesOf('riverside').slice(0, 3) })).toEqual([]);
    expect(await client.readings([meter?.id ?? ''], 10)).toEqual([]);
  });
});
