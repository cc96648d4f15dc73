import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTinyPartner, type TinyPartner } from './tiny-partner.ts';

let tiny: TinyPartner;
beforeAll(async () => {
  tiny = await startTinyPartner();
});
afterAll(() => tiny.stop());

describe('what a partner has promised', () => {
  it('stands beside what is measured, for each company and each exchange', async () => {
    const ask = (company: string) =>
      tiny
        .as(company, { milliseconds: 5_000 })
        .call('post', '/lamps/query', { body: {}, schema: z.unknown() })
        .catch(() => undefined);
    await ask('northgate');
    await ask('riverside');
    await tiny.fault({ queryLamps: { kind: 'down', times: 1 } });
    await ask('northgate');
    await tiny.fault({ queryLamps: { kind: 'reset', times: 1 } });
    await ask('northgate');

    const lines = (await tiny.registry.metrics()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'partner_promised_availability_ratio{partner="smart-home"} 0.99',
        'partner_promised_error_ratio{partner="smart-home"} 0.02',
        'partner_promised_duration_seconds{partner="smart-home",quantile="0.95"} 0.04',
        'partner_promised_duration_seconds{partner="smart-home",quantile="0.99"} 0.3',
        'partner_exchanges_total{partner="smart-home",company="northgate",outcome="answered"} 3',
        'partner_exchanges_total{partner="smart-home",company="northgate",outcome="error"} 1',
        'partner_exchanges_total{partner="smart-home",company="northgate",outcome="unreachable"} 1',
        'partner_exchanges_total{partner="smart-home",company="riverside",outcome="answered"} 1',
        'partner_exchange_duration_seconds_count{partner="smart-home",company="northgate"} 5',
      ]),
    );
    for (const promised of ['0.04', '0.3']) {
      const bucket = `partner_exchange_duration_seconds_bucket{le="${promised}",partner="smart-home",company="riverside"}`;
      expect(lines.filter((line) => line.startsWith(bucket))).toHaveLength(1);
    }
  });
});
