import { setTimeout as wait } from 'node:timers/promises';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { z } from 'zod';
import { reviewsIn } from '../testing/reviews.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';
import { startGrantUses } from './grant-uses.ts';

const NORTHGATE = tenantId('northgate');
const log = createLog('directory', { LOG_LEVEL: 'silent' });

const row = z.object({ grant: z.string(), version: z.string() });

describe.each(EITHER_DATABASE)('the last use of a grant in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let reviews: ReturnType<typeof reviewsIn>;

  beforeAll(async () => {
    started = await startDirectory(provide);
    reviews = reviewsIn(started);
  });

  afterAll(() => started?.stop());

  /** Rows with the version of each: another one stands for another write. */
  const written = async (count: number): Promise<ReadonlyMap<string, string>> => {
    const end = Date.now() + 20_000;
    for (;;) {
      const rows = await reviews.asOwner(sql`
        select role_grant as grant, xmin::text as version from grant_use where tenant = 'northgate' order by 1`);
      if (rows.length >= count || Date.now() > end) {
        return new Map(rows.map((found) => row.parse(found)).map(({ grant, version }) => [grant, version]));
      }
      await wait(20);
    }
  };

  it("is noted when the gateway asks for the subject's sake, a service's too, and written once a day", async () => {
    await reviews.rolesOf('northgate-dispatcher');
    await reviews.rolesOf('northgate-reporting');
    await reviews.rolesOf('northgate-leaver');
    const first = await written(2);
    expect([...first.keys()]).toEqual(['northgate-dispatcher-1', 'northgate-reporting-1']);
    await reviews.rolesOf('northgate-dispatcher');
    // Another replica has noted nothing yet.
    const other = startGrantUses({ inTenant: reviews.inTenant, log });
    other.note(NORTHGATE, ['northgate-dispatcher-1', 'northgate-analyst-1', 'riverside-analyst-1']);
    await other.stop();
    const second = await written(3);
    expect(second.get('northgate-dispatcher-1')).toBe(first.get('northgate-dispatcher-1'));
    expect([...second.keys()]).toEqual(['northgate-analyst-1', 'northgate-dispatcher-1', 'northgate-reporting-1']);
    expect(await reviews.asOwner(sql`select from grant_use where tenant <> 'northgate'`)).toEqual([]);
  });

  it('is what a review proposes by: whatever was not used for 90 days is to be removed', async () => {
    await written(3);
    await reviews.asOwner(sql`
      update grant_use set last_used_on = (now() at time zone 'UTC')::date - case role_grant
        when 'northgate-reporting-1' then 90 when 'northgate-analyst-1' then 89 else 0 end`);
    await reviews.asOwner(sql`
      update role_grant set since = since - interval '60 days', until = until - interval '60 days'
      where subject = 'northgate-accountant'`);
    const items = await reviews.itemsOf(await reviews.start());
    const of = (subject: string) => items.find(({ grant }) => grant.subject === `northgate-${subject}`);
    const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    expect(of('dispatcher')).toMatchObject({ lastUsedOn: day(0), because: 'USED', proposal: 'KEEP' });
    expect(of('analyst')).toMatchObject({ lastUsedOn: day(89), because: 'USED', proposal: 'KEEP' });
    expect(of('reporting')).toMatchObject({ lastUsedOn: day(90), because: 'UNUSED', proposal: 'REMOVE' });
    expect(of('accountant')).toMatchObject({ lastUsedOn: null, because: 'NEVER_USED', proposal: 'REMOVE' });
    expect(of('resident')).toMatchObject({ lastUsedOn: null, because: 'NEW', proposal: 'KEEP' });
  });
});

describe('uses of grants that can not be written', () => {
  it('make nobody wait, and are noted again by the next use', async () => {
    let attempts = 0;
    const uses = startGrantUses({
      inTenant: async () => {
        attempts += 1;
        throw new Error('no database');
      },
      log,
      everyMilliseconds: 20,
    });
    const before = performance.now();
    for (let grant = 0; grant < 200_000; grant += 1) uses.note(NORTHGATE, [`grant-${grant}`]);
    expect(performance.now() - before).toBeLessThan(5_000);
    const end = Date.now() + 20_000;
    while (attempts < 1 && Date.now() < end) await wait(10);
    uses.note(NORTHGATE, ['grant-0']);
    while (attempts < 2 && Date.now() < end) await wait(10);
    await uses.stop();
    expect(attempts).toBe(2);
  });
});
