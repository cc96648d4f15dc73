import { createHash } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { z } from 'zod';
import { inDays, OFFICER, persona, reviewsIn } from '../testing/reviews.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';
import { writeCsv } from './csv.ts';

const file = z.object({
  content: z.string(),
  mediaType: z.string(),
  sha256: z.string(),
  count: z.number(),
  endCursor: z.string().nullable(),
});

const lines = z.array(
  z.object({ subject: z.string(), role: z.string(), state: z.string(), remark: z.string().nullable() }),
);

/** A reader of RFC 4180 where every cell is quoted. */
function readCsv(text: string): readonly (readonly string[])[] {
  const cells = [...text.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)];
  expect(cells.map(([whole]) => whole).join('')).toBe(text);
  const rows: string[][] = [[]];
  for (const [, cell = '', end] of cells) {
    rows.at(-1)?.push(cell.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('a cell of a CSV file', () => {
  it('is read as it was written, and never begins like a formula', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', ',', '\r', '\n', '\t', ' ', '＝', "'", 'a') }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (rows) => {
        const [names, ...read] = readCsv(writeCsv(['one', 'two'], rows));
        expect(names).toEqual(['one', 'two']);
        for (const [index, cells] of read.entries()) {
          for (const [column, cell] of cells.entries()) {
            const written = rows[index]?.[column];
            expect([written, `'${written}`]).toContain(cell);
            expect(cell.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/);
            expect(cell).not.toMatch(/^[\t\r\n]/);
          }
        }
        expect(read).toHaveLength(rows.length);
      }),
    );
  });
});

describe.each(EITHER_DATABASE)('an exported review in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let reviews: ReturnType<typeof reviewsIn>;

  beforeAll(async () => {
    started = await startDirectory(provide);
    reviews = reviewsIn(started);
  });

  afterAll(() => started?.stop());

  const take = async (input: object, who = OFFICER) => {
    const selection = 'file { content mediaType sha256 count endCursor }';
    const { payload, error } = await reviews.order(who, 'exportReview', input, selection, {});
    return { file: payload?.['file'] ? file.parse(payload['file']) : null, error };
  };

  it('holds each item with what was decided, and nobody’s name', async () => {
    const review = await reviews.start({ endsAt: inDays(20) });
    const items = await reviews.itemsOf(review);
    const analyst = items.find(({ grant }) => grant.subject === 'northgate-analyst');
    const remark = '=HYPERLINK("https://evil.example","x")';
    await reviews.decide(OFFICER, [{ item: analyst?.id ?? '', decision: 'KEEP', remark }]);
    const { file: csv } = await take({ review, format: 'CSV' });
    const [names = [], ...rows] = readCsv(csv?.content ?? '');
    const records = rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
    expect(csv).toMatchObject({ count: items.length, endCursor: null, mediaType: expect.stringContaining('text/csv') });
    expect(csv?.sha256).toBe(
      createHash('sha256')
        .update(csv?.content ?? '')
        .digest('hex'),
    );
    expect(records.map(({ item }) => item)).toEqual(items.map(({ id }) => id));
    expect(records.find(({ item }) => item === analyst?.id)).toMatchObject({
      role: 'ANALYST',
      state: 'KEPT',
      decidedBy: OFFICER.sub,
      remark: `'${remark}`,
    });
    expect(csv?.content).not.toContain('Prepares reports');

    const { file: json } = await take({ review, format: 'JSON' });
    const found = lines.parse(JSON.parse(json?.content ?? ''));
    expect(found.find(({ subject }) => subject === 'northgate-analyst')).toMatchObject({ state: 'KEPT', remark });
    expect(found).toHaveLength(items.length);
  });

  it('comes in files of at most 500 items', async () => {
    await reviews.forget();
    await reviews.asOwner(sql`
      insert into role_grant (tenant, key, subject, role, reach, reason, since, until)
      select 'northgate', 'many-' || number, 'northgate-analyst', 'ANALYST', 'company', 'Many', now(), now() + interval '9 days'
      from generate_series(1, 1000) as number`);
    const review = await reviews.start();
    const found: string[] = [];
    const counts: number[] = [];
    for (let after: string | null = null; ; ) {
      const { file: page } = await take({ review, format: 'JSON', after });
      found.push(
        ...z
          .array(z.object({ item: z.string() }))
          .parse(JSON.parse(page?.content ?? ''))
          .map(({ item }) => item),
      );
      counts.push(page?.count ?? 0);
      after = page?.endCursor ?? null;
      if (after === null) break;
    }
    expect(counts.slice(0, 2)).toEqual([500, 500]);
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBeGreaterThan(1000);
  });

  it('is given to nobody who doesn’t manage reviews now, and of no other company', async () => {
    const review = await reviews.start();
    expect((await take({ review, format: 'CSV' }, persona('COMPANY_ADMIN'))).error?.extensions['code']).toBe(
      'FORBIDDEN',
    );
    const former = { ...OFFICER, sub: 'northgate-dispatcher' };
    expect((await take({ review, format: 'CSV' }, former)).error?.extensions['code']).toBe('FORBIDDEN');
    const stale = { ...OFFICER, policies: ['public'] };
    expect((await take({ review, format: 'CSV' }, stale)).error).toBeDefined();
    const foreign = await take({ review, format: 'CSV' }, persona('SECURITY_OFFICER', 'riverside'));
    const absent = encodeId({
      tenant: tenantId('northgate'),
      type: 'ReviewCampaign',
      residence: undefined,
      key: 'none',
    });
    expect(foreign).toEqual({ file: null, error: undefined });
    expect(await take({ review: absent, format: 'CSV' })).toEqual(foreign);
  });
});
