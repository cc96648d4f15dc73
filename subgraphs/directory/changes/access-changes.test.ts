import { setTimeout as wait } from 'node:timers/promises';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { type AccessFeed, followAccess } from '@commonhold/platform/access-feed/follow.ts';
import type { AccessChange } from '@commonhold/platform/access-feed/messages.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { DATABASES } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { noteChange } from '../records/access-changes.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');

interface Told {
  readonly tenant: string;
  readonly change: AccessChange;
}

describe.each(DATABASES)('a change of access in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let issuer: TestGateway;
  const feeds: AccessFeed[] = [];

  beforeAll(async () => {
    started = await startDirectory(provide);
    issuer = createTestGateway(await started.identityOf('issuer'), 'directory', started.port);
  });
  afterAll(async () => {
    await Promise.all(feeds.map((feed) => feed.close()));
    await issuer?.close();
    await started?.stop();
  });

  const follow = async (name: 'communal' | 'gateway' | 'issuer') => {
    const told: Told[] = [];
    const feed = followAccess({
      directoryUrl: `https://localhost:${started.port}`,
      identity: await started.identityOf(name),
      staleSeconds: 5,
    });
    feeds.push(feed);
    feed.follow({ changed: (tenant, change) => told.push({ tenant, change }), lost: () => undefined });
    await feed.heard(10_000);
    return { feed, told };
  };

  const end = async (session: string): Promise<number> => {
    const token = await mintServiceToken(await started.identityOf('issuer'), 'directory', { tenant: NORTHGATE });
    const { status } = await issuer.send('/ended', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ kind: 'session', session, until: new Date(Date.now() + 60_000) }),
    });
    return status;
  };

  it('is told to a gateway by the time that it is answered, and to a subgraph without whom it concerns', async () => {
    const [gateway, subgraph] = await Promise.all([follow('gateway'), follow('communal')]);
    for (let number = 0; number < 20; number += 1) {
      const session = `session-${number}`;
      expect(await end(session)).toBe(204);
      await wait(50);
      expect(gateway.told.at(-1)).toEqual({ tenant: 'northgate', change: { kind: 'session', session } });
    }
    expect(subgraph.told.at(-1)).toEqual({ tenant: 'northgate', change: { kind: 'everything' } });
    expect(subgraph.feed.versionOf('northgate')).toBe(gateway.feed.versionOf('northgate'));
    expect(JSON.stringify(subgraph.told)).not.toContain('session-');
  });

  it('that is made past this replica is told within a second', async () => {
    const { told } = await follow('issuer');
    await createOwnerTransactions(started.database)(NORTHGATE, (transaction) =>
      noteChange(transaction, NORTHGATE, { kind: 'subject', subject: 'northgate-analyst' }),
    );
    await wait(1_000);
    expect(told).toEqual([{ tenant: 'northgate', change: { kind: 'subject', subject: 'northgate-analyst' } }]);
  });

  it('is forgotten when the database is put back to where the company has had fewer, or none', async () => {
    for (const session of ['one', 'two']) expect(await end(session)).toBe(204);
    const { feed } = await follow('gateway');
    let timesLost = 0;
    feed.follow({
      changed: () => undefined,
      lost: () => {
        timesLost += 1;
      },
    });
    const earlier = [
      sql`update access_version set version = version - 1 where tenant = ${NORTHGATE}`,
      sql`delete from access_version where tenant = ${NORTHGATE}`,
    ];
    for (const [index, putBack] of earlier.entries()) {
      const before = feed.versionOf(NORTHGATE);
      await started.database.transaction().execute(async (transaction) => {
        await sql`alter table access_version no force row level security`.execute(transaction);
        await putBack.execute(transaction);
        await sql`alter table access_version force row level security`.execute(transaction);
      });
      const deadline = Date.now() + 10_000;
      while (!(timesLost > index && feed.isLive()) && Date.now() < deadline) await wait(20);
      expect(timesLost).toBe(index + 1);
      expect(feed.versionOf(NORTHGATE)).toBeLessThan(before);
    }
  });
});
