import { describe, expect, it } from '@jest/globals';
import { testRequest } from '../testing/request.ts';
import { residenceKey, type TenantId, type TypedId, tenantId } from './ids.ts';
import { createResidenceLoader, createTenantLoader } from './loader.ts';

const meter = (tenant: TenantId, key: string): TypedId => ({
  tenant,
  type: 'Meter',
  residence: residenceKey('r-1'),
  key,
});
const OWN = tenantId('northgate');
const FOREIGN = tenantId('riverside');

describe('a tenant loader', () => {
  it('answers a foreign id with null, and never asks for it', async () => {
    const asked: string[] = [];
    const loader = createTenantLoader(testRequest(OWN), async (ids, tenant) => {
      asked.push(...ids.map(({ key }) => `${tenant}:${key}`));
      return ids.map(({ key }) => key);
    });
    expect(await loader.loadMany([meter(OWN, 'a'), meter(FOREIGN, 'b'), meter(OWN, 'c')])).toEqual(['a', null, 'c']);
    expect(await loader.load(meter(FOREIGN, 'a'))).toBeNull();
    expect(asked).toEqual(['northgate:a', 'northgate:c']);
  });

  it('asks once for what is asked twice, in batches of the greatest size', async () => {
    const batches: number[] = [];
    const loader = createTenantLoader(
      testRequest(OWN),
      async (ids) => {
        batches.push(ids.length);
        return ids.map(({ key }) => key);
      },
      { maxBatchSize: 2 },
    );
    await loader.loadMany(['a', 'b', 'a', 'c', 'b'].map((key) => meter(OWN, key)));
    expect(batches).toEqual([2, 1]);
  });

  it('keeps an error to the key that has it', async () => {
    const loader = createTenantLoader(testRequest(OWN), async (ids) =>
      ids.map(({ key }) => (key === 'broken' ? new Error('no') : key)),
    );
    const answers = await Promise.allSettled([loader.load(meter(OWN, 'a')), loader.load(meter(OWN, 'broken'))]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a residence loader', () => {
  it('is told the company of the principal', async () => {
    const loader = createResidenceLoader(testRequest(FOREIGN), async (keys, tenant) =>
      keys.map((key) => `${tenant}:${key}`),
    );
    expect(await loader.load(residenceKey('r-1'))).toBe('riverside:r-1');
  });
});
