import { COMPANIES, sampleResidences } from '@commonhold/development/estate.ts';
import { residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { testRequest } from '@commonhold/kit/testing/request.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createSmartHomeClient, type SmartHomeClient } from '../partner/client.ts';
import { type SmartHomeForTests, startSmartHome } from '../testing/start-smart-home.ts';

let smartHome: SmartHomeForTests;
beforeAll(async () => {
  smartHome = await startSmartHome();
});
afterAll(() => smartHome.stop());

const requestOf = (company: string) => testRequest(tenantId(company), { deadline: Date.now() + 60_000 });
const partnerFor = (company: string) => smartHome.partner.client('v1', requestOf(company));
const clientFor = (company: string): SmartHomeClient => createSmartHomeClient(smartHome.partner, requestOf(company));
const residencesOf = (company: string) => sampleResidences(company).map(({ key }) => residenceKey(key));

describe('the sandbox partner', () => {
  it('has 12,000 devices of all kinds, each of one company', async () => {
    const found = await Promise.all(COMPANIES.map(({ key }) => clientFor(key).devicesOf(residencesOf(key))));
    const devices = found.flat();
    expect(new Set(devices.map(({ id }) => id)).size).toBe(12_000);
    expect(new Set(devices.map(({ kind }) => kind)).size).toBe(7);
    for (const [index, { key }] of COMPANIES.entries()) {
      expect(found[index]?.every(({ companyId }) => companyId === key)).toBe(true);
    }
  });

  it('gives a page of at most 1,000 devices, and the way to the next', async () => {
    const question = { residences: residencesOf('northgate'), limit: 1_000, cursor: undefined };
    const first = await clientFor('northgate').devicePage(question);
    expect(first.items).toHaveLength(1_000);
    const next = await clientFor('northgate').devicePage({ ...question, cursor: first.nextCursor });
    const seen = new Set(first.items.map(({ id }) => id));
    expect(next.items.some(({ id }) => seen.has(id))).toBe(false);
  });

  it.each([
    ['residences', { residences: Array.from({ length: 1_001 }, (_, index) => `r-${index}`) }],
    ['ids', { ids: Array.from({ length: 501 }, (_, index) => `dev-${index}`) }],
    ['devices in a page', { residences: ['northgate-p01-r01'], limit: 1_001 }],
  ])('refuses more %s than a batch may have', async (_, body) => {
    const call = partnerFor('northgate').call('post', '/devices/query', { body, schema: z.unknown() });
    await expect(call).rejects.toMatchObject({ code: 'PARTNER_REJECTED' });
  });

  it('tells a company nothing of what the other has', async () => {
    const [device] = smartHome.estate.devicesOf('riverside', 'riverside-p01-r01');
    const client = clientFor('northgate');
    expect(await client.devices([device?.id ?? ''])).toEqual([]);
    expect(await client.devicesOf(residencesOf('riverside').slice(0, 3))).toEqual([]);
    expect(await client.events([device?.id ?? ''], 10)).toEqual([]);
  });
});
