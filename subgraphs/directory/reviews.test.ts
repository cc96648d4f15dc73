import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { REVIEWS } from '@commonhold/schema/policy.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { ADMIN, inDays, OFFICER, persona, type ReviewedItem, reviewsIn } from './testing/reviews.ts';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');

describe.each(EITHER_DATABASE)('a review in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let reviews: ReturnType<typeof reviewsIn>;

  beforeAll(async () => {
    started = await startDirectory(provide);
    reviews = reviewsIn(started);
  });

  afterAll(() => started?.stop());

  afterEach(() => reviews?.forget());

  const of = (items: readonly ReviewedItem[], subject: string): ReviewedItem => {
    const found = items.find(({ grant }) => grant.subject === subject);
    if (!found) throw new Error(`${subject} has no item`);
    return found;
  };

  const keep = (items: readonly ReviewedItem[]) => items.map(({ id }) => ({ item: id, decision: 'KEEP' as const }));

  const stateOf = async (review: string): Promise<unknown> => {
    const query = 'query ($id: ID!) { review(id: $id) { state startedBy counts { total undecided kept } } }';
    return (await started.gateway.ask(OFFICER, query, { id: review })).data?.['review'];
  };

  const noticesOf = async (who: typeof OFFICER, kind: string): Promise<readonly string[]> => {
    const { data } = await started.gateway.ask(who, '{ notices(first: 100) { nodes { kind text } } }');
    const { notices } = data as { notices: { nodes: { kind: string; text: string }[] } };
    return notices.nodes.filter((notice) => notice.kind === kind).map(({ text }) => text);
  };

  const versionOf = async (): Promise<number> => {
    const [row] = await reviews.asOwner(sql`select version::integer from access_version where tenant = 'northgate'`);
    return Number((row as { version: number } | undefined)?.version ?? 0);
  };

  const countOpen = async (): Promise<number> => {
    const rows = await reviews.asOwner(sql`select from role_grant where tenant = 'northgate' and revoked_at is null`);
    return rows.length;
  };

  it('lists each grant that is open, scheduled and proposed ones too, and none that is given later', async () => {
    const grant = (input: object) =>
      reviews.order(
        ADMIN,
        'grantRole',
        {
          person: encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key: 'northgate-analyst' }),
          role: 'DISPATCHER',
          reason: 'A test',
          until: inDays(40),
          ...input,
        },
        'grant { id }',
      );
    const scheduled = (await grant({ since: inDays(20) })).payload?.['grant'];
    const proposed = (await grant({ role: 'SECURITY_OFFICER', until: inDays(30) })).payload?.['grant'];
    const review = await reviews.start();
    const later = (await grant({ role: 'INTEGRATION_MANAGER' })).payload?.['grant'] as { id: string };
    const listed = (await reviews.itemsOf(review)).map(({ grant: { id } }) => ({ id }));
    expect(listed).toEqual(expect.arrayContaining([scheduled, proposed]));
    expect(listed).not.toEqual(expect.arrayContaining([later]));
    expect(listed).toHaveLength((await countOpen()) - 1);

    await reviews.comeEarlier(31);
    expect(await reviews.rolesOf('northgate-analyst')).toEqual(['INTEGRATION_MANAGER']);
  });

  it('is one at a time, and started once however often the order comes', async () => {
    const input = { idempotencyKey: randomUUID(), endsAt: inDays(20) };
    const keys = await Promise.all([reviews.start(input), reviews.start(input), reviews.start()]);
    expect(new Set(keys).size).toBe(1);
    const { payload } = await reviews.order(
      OFFICER,
      'startReview',
      { name: 'Another', endsAt: inDays(10) },
      'started review { id }',
    );
    expect(payload).toEqual({ started: false, review: { id: keys[0] } });
  });

  it.each([
    ['that ends too soon', { endsAt: inDays(6) }, 'input.endsAt'],
    ['that ends too late', { endsAt: inDays(61) }, 'input.endsAt'],
    ['without a name', { name: ' ' }, 'input.name'],
  ])('is not started %s', async (_what, input, field) => {
    await expect(reviews.start(input)).rejects.toThrow(field);
  });

  it('is started and decided by nobody whose right to do so was revoked, even with a token that is still good', async () => {
    await expect(reviews.start({}, { ...OFFICER, sub: 'northgate-dispatcher' })).rejects.toThrow('Your roles');
    const [item] = await reviews.itemsOf(await reviews.start());
    const [result] = await reviews.decide({ ...OFFICER, sub: 'northgate-dispatcher' }, keep(item ? [item] : []));
    expect(result?.problem).toBe('NOT_YOURS');
  });

  it('tells reviewers at its start and before its end, as long as something waits', async () => {
    const review = await reviews.start();
    await reviews.keepGoing();
    expect(await noticesOf(OFFICER, 'REVIEW_DUE')).toHaveLength(1);
    expect(await noticesOf(ADMIN, 'REVIEW_DUE')).toHaveLength(1);
    expect(await noticesOf(persona('DISPATCHER'), 'REVIEW_DUE')).toEqual([]);
    await reviews.comeEarlier(28);
    await reviews.keepGoing();
    await reviews.keepGoing();
    expect(await noticesOf(OFFICER, 'REVIEW_DUE')).toHaveLength(2);

    await reviews.forget();
    const other = await reviews.start();
    const items = await reviews.itemsOf(other);
    await reviews.decide(OFFICER, keep(items));
    await reviews.decide(ADMIN, keep(items));
    await reviews.comeEarlier(28);
    await reviews.keepGoing();
    expect(await noticesOf(OFFICER, 'REVIEW_DUE')).toHaveLength(1);
    expect(review).not.toBe(other);
  });

  it('gives a result for each decision', async () => {
    const items = await reviews.itemsOf(await reviews.start());
    const [own, analyst, admin] = [
      of(items, 'northgate-security-officer'),
      of(items, 'northgate-analyst'),
      of(items, 'northgate-company-admin'),
    ];
    const foreign = encodeId({
      tenant: tenantId('riverside'),
      type: 'ReviewItem',
      residence: undefined,
      key: randomUUID(),
    });
    const results = await reviews.decide(OFFICER, [
      { item: own.id, decision: 'KEEP' },
      { item: analyst.id, decision: 'REVOKE', remark: 'Left the team' },
      { item: foreign, decision: 'REVOKE' },
      { item: admin.id, decision: 'KEEP' },
    ]);
    expect(results.map(({ problem, item }) => [problem, item?.state ?? null])).toEqual([
      ['OWN_GRANT', 'UNDECIDED'],
      [null, 'REVOKED'],
      ['NOT_FOUND', null],
      [null, 'KEPT'],
    ]);
    expect(results[1]?.item).toMatchObject({ remark: 'Left the team', decidedBy: OFFICER.sub });
    expect(await reviews.rolesOf('northgate-analyst')).toEqual([]);
    expect(await noticesOf(persona('ANALYST'), 'GRANT_REVOKED')).toEqual(['Your role ANALYST was revoked.']);
    const [again] = await reviews.decide(OFFICER, [{ item: analyst.id, decision: 'KEEP' }]);
    expect(again?.problem).toBe('SETTLED');
    expect(await reviews.rolesOf('northgate-analyst')).toEqual([]);
  });

  it('lets whoever grants decide on security officers alone', async () => {
    const items = await reviews.itemsOf(await reviews.start());
    const results = await reviews.decide(ADMIN, keep(items));
    expect(results.filter(({ problem }) => problem === null).map(({ item }) => item?.grant.role)).toEqual([
      'SECURITY_OFFICER',
    ]);
    expect(results.find(({ item }) => item?.grant.subject === ADMIN.sub)?.problem).toBe('OWN_GRANT');
  });

  it('answers the same order as the first time', async () => {
    const items = await reviews.itemsOf(await reviews.start());
    const decisions = [{ item: of(items, 'northgate-analyst').id, decision: 'REVOKE' as const }];
    const key = randomUUID();
    const first = await reviews.decide(OFFICER, decisions, key);
    const version = await versionOf();
    expect(await reviews.decide(OFFICER, decisions, key)).toEqual(first);
    expect(await versionOf()).toBe(version);
    await expect(reviews.decide(OFFICER, [...decisions, ...decisions].slice(0, 2))).rejects.toThrow(
      'names an item twice',
    );
  });

  it('ends what nobody confirmed at its very end, before anybody has written it down', async () => {
    const review = await reviews.start();
    const items = await reviews.itemsOf(review);
    await reviews.decide(OFFICER, keep([of(items, 'northgate-analyst'), of(items, 'northgate-company-admin')]));
    await reviews.decide(ADMIN, keep([of(items, 'northgate-security-officer')]));
    await reviews.comeEarlier(29);
    expect(await reviews.rolesOf('northgate-dispatcher')).toEqual(['DISPATCHER']);
    const day = 24 * 60 * 60 * 1000;
    expect(await reviews.unchangedFor('northgate-dispatcher')).toBeLessThanOrEqual(day);
    expect(await reviews.unchangedFor('northgate-analyst')).toBeGreaterThan(day);
    await reviews.comeEarlier(1);
    expect(await reviews.rolesOf('northgate-dispatcher')).toEqual([]);
    expect(await reviews.rolesOf('northgate-reporting')).toEqual([]);
    expect(await reviews.rolesOf('northgate-analyst')).toEqual(['ANALYST']);
    expect(of(await reviews.itemsOf(review), 'northgate-dispatcher')).toMatchObject({
      state: 'UNCONFIRMED',
      grant: { state: 'REVOKED' },
    });
    const [late] = await reviews.decide(OFFICER, keep([of(items, 'northgate-dispatcher')]));
    expect(late?.problem).toBe('OVER');
    expect(await reviews.rolesOf('northgate-dispatcher')).toEqual([]);

    const before = { items: await reviews.itemsOf(review), version: await versionOf() };
    await Promise.all([reviews.end(), reviews.end(), reviews.end()]);
    expect(await reviews.itemsOf(review)).toEqual(before.items);
    const lost = before.items.filter(({ state }) => state === 'UNCONFIRMED');
    expect(await versionOf()).toBe(before.version + new Set(lost.map(({ grant }) => grant.subject)).size);
    expect(await noticesOf(persona('DISPATCHER'), 'GRANT_REVOKED')).toEqual([
      'Your role DISPATCHER was revoked, because nobody confirmed it in a review.',
    ]);
    expect(await stateOf(review)).toMatchObject({ state: 'CLOSED', counts: { undecided: 0, kept: 3 } });
  });

  it('leaves those in a role without which nobody could grant or review, where nobody was confirmed in it', async () => {
    const review = await reviews.start();
    const items = await reviews.itemsOf(review);
    await reviews.decide(OFFICER, keep([of(items, 'northgate-company-admin')]));
    await reviews.comeEarlier(30);
    expect(await reviews.rolesOf('northgate-security-officer')).toEqual(['SECURITY_OFFICER']);
    await reviews.end();
    expect(of(await reviews.itemsOf(review), 'northgate-security-officer').state).toBe('LEFT');
    expect(await reviews.rolesOf('northgate-security-officer')).toEqual(['SECURITY_OFFICER']);
    expect(await reviews.rolesOf('northgate-company-admin')).toEqual(['COMPANY_ADMIN']);
  });

  describe('counts as left in such a role', () => {
    const HOUR_AGO = sql`now() - interval '1 hour'`;
    const account = (column: string, at: ReturnType<typeof sql>) =>
      sql`update account set ${sql.ref(column)} = ${at} where tenant = 'northgate' and subject = 'northgate-analyst'`;
    const grant = (changes: ReturnType<typeof sql>) => sql`update role_grant set ${changes} where key = 'second-admin'`;

    /** @param daysOver since when the review has been over @returns whether the first admin, whom nobody confirmed, stays */
    const firstStays = async (change: ReturnType<typeof sql>, daysOver: number): Promise<boolean> => {
      await reviews.asOwner(sql`
        insert into role_grant (tenant, key, subject, role, reach, reason, since, until, granted_by)
        values ('northgate', 'second-admin', 'northgate-analyst', 'COMPANY_ADMIN', 'company', 'A test',
          now() - interval '31 days', now() + interval '31 days', 'northgate-company-admin')`);
      const second = (await reviews.itemsOf(await reviews.start())).filter(
        ({ grant: { subject, role } }) => subject === 'northgate-analyst' && role === 'COMPANY_ADMIN',
      );
      await reviews.decide(OFFICER, keep(second));
      await reviews.comeEarlier(30 + daysOver);
      await reviews.asOwner(change);
      return (await reviews.rolesOf('northgate-company-admin')).includes('COMPANY_ADMIN');
    };

    afterEach(() =>
      reviews.asOwner(sql`
        update account set suspended_at = null, deprovisioned_at = null
        where tenant = 'northgate' and subject = 'northgate-analyst'`),
    );

    it.each([
      ['whom the provider of the company took out', account('deprovisioned_at', HOUR_AGO), 0],
      ['who was suspended', account('suspended_at', HOUR_AGO), 0],
      ['whose grant was revoked', grant(sql`revoked_at = ${HOUR_AGO}`), 0],
      ['whose grant had ended', grant(sql`until = ${HOUR_AGO}`), 0],
      ['whose grant began later', grant(sql`since = ${HOUR_AGO}`), 1],
      ['whose grant nobody approved', grant(sql`needs_approval = true`), 0],
      [
        'whose grant was approved later',
        grant(sql`needs_approval = true, approved_by = 'northgate-security-officer', approved_at = ${HOUR_AGO}`),
        1,
      ],
      ['that is a service', grant(sql`subject = 'northgate-reporting'`), 0],
    ])('nobody %s', async (_what, change, daysOver) => {
      expect(await firstStays(change, daysOver)).toBe(true);
    });

    it.each([
      ['who is there', account('suspended_at', sql`null`), 0],
      ['whom the provider of the company took out later', account('deprovisioned_at', HOUR_AGO), 1],
      ['who was suspended later', account('suspended_at', HOUR_AGO), 1],
      ['whose grant was revoked later', grant(sql`revoked_at = ${HOUR_AGO}`), 1],
    ])('somebody %s', async (_what, change, daysOver) => {
      expect(await firstStays(change, daysOver)).toBe(false);
    });
  });

  it('leaves nobody whose grant in such a role was only proposed, or had not begun', async () => {
    await reviews.asOwner(sql`
      insert into role_grant (tenant, key, subject, role, reach, reason, since, until, granted_by, needs_approval)
      select 'northgate', key, subject, 'SECURITY_OFFICER', 'company', 'A test', now() + begins, now() + interval '90 days',
        'northgate-company-admin', key = 'proposed-officer'
      from (values ('proposed-officer', 'northgate-analyst', interval '0'),
        ('later-officer', 'northgate-accountant', interval '40 days')) as given (key, subject, begins)`);
    const review = await reviews.start();
    await reviews.comeEarlier(30);
    const officers = (await reviews.itemsOf(review)).filter(({ grant }) => grant.role === 'SECURITY_OFFICER');
    expect(Object.fromEntries(officers.map(({ grant, state }) => [grant.subject, state]))).toEqual({
      'northgate-analyst': 'UNCONFIRMED',
      'northgate-accountant': 'UNCONFIRMED',
      'northgate-security-officer': 'LEFT',
    });
  });

  it('is not begun by itself in a company whose security officer its provider took out', async () => {
    const takeOut = (at: ReturnType<typeof sql>) =>
      reviews.asOwner(sql`
        update account set deprovisioned_at = ${at} where tenant = 'northgate' and subject = ${OFFICER.sub ?? ''}`);
    await reviews.asOwner(sql`
      insert into review_campaign (tenant, name, started_at, ends_at, closed_at)
      values ('northgate', 'Spring', now() - interval '120 days', now() - interval '91 days', now() - interval '91 days')`);
    await takeOut(sql`now()`);
    await reviews.keepGoing();
    await reviews.comeEarlier(REVIEWS.patienceDays);
    await reviews.keepGoing();
    const rows = await reviews.asOwner(
      sql`select from review_campaign where tenant = 'northgate' and closed_at is null`,
    );
    await takeOut(sql`null`);
    expect(rows).toEqual([]);
  });

  it('settles by itself what was revoked or ended meanwhile', async () => {
    const review = await reviews.start();
    const { grant } = of(await reviews.itemsOf(review), 'northgate-analyst');
    await reviews.order(ADMIN, 'revokeGrant', { grant: grant.id }, 'grant { id }');
    expect(of(await reviews.itemsOf(review, ', state: SETTLED'), 'northgate-analyst').id).toBeTruthy();
    await reviews.comeEarlier(30);
    await reviews.end();
    expect(of(await reviews.itemsOf(review), 'northgate-analyst').state).toBe('SETTLED');
    expect(await noticesOf(persona('ANALYST'), 'GRANT_REVOKED')).toHaveLength(1);
  });

  it('is closed early only when everything has been decided', async () => {
    const review = await reviews.start();
    const close = () => reviews.order(OFFICER, 'closeReview', { review }, 'review { state }');
    const items = await reviews.itemsOf(review);
    await reviews.decide(OFFICER, keep(items));
    expect((await close()).payload).toEqual({ review: { state: 'OPEN' } });
    await reviews.decide(ADMIN, keep([of(items, 'northgate-security-officer')]));
    expect((await close()).payload).toEqual({ review: { state: 'CLOSED' } });
    await reviews.comeEarlier(31);
    expect(await reviews.rolesOf('northgate-dispatcher')).toEqual(['DISPATCHER']);
  });

  it('is asked for when it is due, and starts by itself when nobody starts it', async () => {
    await reviews.keepGoing();
    expect(await noticesOf(OFFICER, 'REVIEW_DUE')).toEqual([]);
    const closed = await reviews.start({ endsAt: inDays(8) });
    const items = await reviews.itemsOf(closed);
    await reviews.decide(OFFICER, keep(items));
    await reviews.decide(ADMIN, keep(items));
    await reviews.order(OFFICER, 'closeReview', { review: closed }, 'review { state }');
    await reviews.comeEarlier(REVIEWS.everyDays - 1);
    await reviews.keepGoing();
    expect(await noticesOf(OFFICER, 'REVIEW_DUE')).toHaveLength(1);
    await reviews.comeEarlier(1);
    await reviews.keepGoing();
    await reviews.keepGoing();
    const [due] = await noticesOf(OFFICER, 'REVIEW_DUE');
    expect(due).toContain(`starts by itself on ${inDays(REVIEWS.patienceDays).slice(0, 10)}`);
    expect(await noticesOf(OFFICER, 'REVIEW_DUE')).toHaveLength(2);
    await reviews.comeEarlier(REVIEWS.patienceDays);
    await reviews.keepGoing();
    const { data } = await started.gateway.ask(OFFICER, '{ reviews { nodes { id state startedBy } } }');
    const [newest] = (data as { reviews: { nodes: object[] } }).reviews.nodes;
    expect(newest).toMatchObject({ state: 'OPEN', startedBy: null });
  });

  it('leaves in force after its end exactly what was kept, whatever was decided in whichever order', async () => {
    const choices = fc.array(
      fc.record({ place: fc.nat(99), decision: fc.constantFrom('KEEP' as const, 'REVOKE' as const), by: fc.boolean() }),
      { maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(choices, fc.boolean(), async (decisions, isWrittenDown) => {
        await reviews.forget();
        const items = await reviews.itemsOf(await reviews.start());
        const model = new Map<string, 'kept' | 'revoked' | 'undecided'>(items.map(({ id }) => [id, 'undecided']));
        const roles = new Map(items.map(({ grant }) => [grant.subject, grant.role]));
        for (const { place, decision, by } of decisions) {
          const item = items[place % items.length];
          if (!item) throw new Error('there are some');
          const who = by ? OFFICER : ADMIN;
          const mayReview = model.get(of(items, who.sub ?? '').id) !== 'revoked';
          const isTheirs = by ? item.grant.role !== 'SECURITY_OFFICER' : item.grant.role === 'SECURITY_OFFICER';
          const isAllowed = mayReview && isTheirs && model.get(item.id) !== 'revoked';
          if (isAllowed) model.set(item.id, decision === 'KEEP' ? 'kept' : 'revoked');
          await reviews.decide(who, [{ item: item.id, decision }]);
        }
        await reviews.comeEarlier(30);
        if (isWrittenDown) await reviews.end();
        for (const { id, grant } of items) {
          const isLastOfItsKind = REVIEWS.neverWithout.some((role) => role === grant.role);
          const outcome = model.get(id);
          const isLeft = outcome === 'kept' || (outcome === 'undecided' && isLastOfItsKind);
          expect([grant.subject, await reviews.rolesOf(grant.subject)]).toEqual([
            grant.subject,
            isLeft ? [roles.get(grant.subject)] : [],
          ]);
        }
      }),
      { numRuns: 8 },
    );
  });
});
