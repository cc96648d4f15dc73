import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESIDENCES_WITHOUT_CONSENT } from '@commonhold/development/estate.ts';
import { encodeCursor } from '@commonhold/kit/paging.ts';
import { readPolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import { defineSubgraph, type RunningSubgraph } from '@commonhold/kit/subgraph.ts';
import {
  decodeId,
  encodeId,
  type ResidenceKey,
  residenceId,
  residenceKey,
  tenantId,
} from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { createTestIdentities, type TestIdentities } from '@commonhold/kit/testing/identities.ts';
import { STALE_SECONDS } from '@commonhold/platform/access-feed/known-versions.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { createKeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { ROLES, type Role } from '@commonhold/schema/policy.ts';
import { DATABASES, type TestDatabase } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { Registry } from 'prom-client';
import { startAccessChanges } from './changes/access-changes.ts';
import { openDirectory } from './database/open-directory.ts';
import type { Tables } from './database/tables.ts';
import { createOwnerTransactions, createTenantTransactions } from './database/tenant-transaction.ts';
import { directory } from './definition.ts';
import { inventPerson } from './seed/people.ts';
import { SAMPLE_ESTATE } from './testing/sample-estate.ts';
import { startGrantUses } from './uses/grant-uses.ts';

const NORTHGATE = tenantId('northgate');
const RIVERSIDE = tenantId('riverside');
const HOME = residenceKey('northgate-p01-r01');
const NEIGHBOUR = residenceKey('northgate-p01-r02');

/** What the gateway would mint for somebody with this role. */
function claims(
  role: Role,
  { tenant = 'northgate', sub = '', residences = [HOME] as readonly string[] } = {},
): SubgraphClaims {
  const { scopes, policies, reach } = ROLES[role];
  const grant = { scopes: [...scopes], policies: [...policies] };
  return {
    tenant,
    sub: sub || `${tenant}-${role.toLowerCase().replace('_', '-')}`,
    policies: ['public'],
    grants: [reach === 'company' ? grant : { ...grant, residences: [...residences] }],
  };
}

describe.each(DATABASES)('the directory on %s', (_, provide) => {
  let provided: TestDatabase;
  let identities: TestIdentities;
  let database: Kysely<Tables>;
  let running: RunningSubgraph;
  let gateway: TestGateway;
  const count = { queries: 0 };

  beforeAll(async () => {
    provided = await provide(SAMPLE_ESTATE);
    identities = await createTestIdentities();
    database = await openDirectory(provided.url, provided.dataDirectory);
    const { envelope } = SAMPLE_ESTATE;
    const identity = await identities.of('directory');
    const log = createLog('directory', { LOG_LEVEL: 'silent' });
    const metrics = new Registry();
    const settings = { redisUrl: undefined, databaseUrl: provided.url, staleSeconds: STALE_SECONDS };
    const changes = await startAccessChanges({ ...settings, database, log, metrics });
    running = await defineSubgraph(
      directory({
        ...{ database: counting(database, count), envelope, identity, changes },
        hash: createKeyedHash(new Uint8Array(32)),
        issuerUrl: 'https://login.example',
        isPlainLocalhostAllowed: false,
        uses: startGrantUses({
          inTenant: createTenantTransactions(database),
          log: createLog('directory', { LOG_LEVEL: 'silent' }),
        }),
      }),
      { identity, port: 0, log, metrics, access: changes.publisher, policy: readPolicyMode(process.env) },
    );
    gateway = createTestGateway(await identities.of('gateway'), 'directory', running.port);
  });

  afterAll(async () => {
    await gateway?.close();
    await running?.stop();
    await identities?.remove();
    await provided?.remove();
  });

  /** The data of an answer without errors. */
  const read = async (who: SubgraphClaims, query: string, variables = {}): Promise<unknown> => {
    const { data, errors } = await gateway.ask(who, query, variables);
    expect(errors).toBeUndefined();
    return data;
  };

  describe('somebody with a role for the whole company', () => {
    it('pages through residences in the order of building and number', async () => {
      const query = `query ($after: String) {
        residences(first: 100, after: $after) { nodes { id number } pageInfo { hasNextPage endCursor } }
      }`;
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const data = (await read(claims('DISPATCHER'), query, { after })) as ResidencePage;
        seen.push(...data.residences.nodes.map(({ id }) => decodeId(id)?.key ?? ''));
        after = data.residences.pageInfo.hasNextPage ? data.residences.pageInfo.endCursor : null;
      } while (after);
      expect(seen).toHaveLength(1000);
      expect(seen).toEqual(seen.toSorted());
    });

    it('reads buildings with their residences, occupants and consents by one query each', async () => {
      count.queries = 0;
      await read(
        claims('DISPATCHER'),
        `{ properties(first: 20) { nodes { name residences(first: 10) { nodes {
            number property { name } occupants { name email phone } consents { partner until }
          } } } } }`,
      );
      // Buildings, residences, their buildings, occupants, consents; each after the query that sets the company.
      expect(count.queries).toBe(5 * 2);
    });

    it('finds residences by building and by the beginning of the number', async () => {
      const building = encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: 'northgate-p07' });
      const data = await read(
        claims('ANALYST'),
        'query ($building: ID) { residences(property: $building, numberPrefix: "10", first: 2) { nodes { number property { name } } } }',
        { building },
      );
      expect(data).toEqual({
        residences: {
          nodes: [
            { number: '101', property: { name: 'Gorse Street House' } },
            { number: '102', property: { name: 'Gorse Street House' } },
          ],
        },
      });
    });

    it('reads grants with reason and end, newest first', async () => {
      const data = await read(
        claims('COMPANY_ADMIN'),
        `{ grants(role: TECHNICIAN) { nodes { role subject reason since until person { email } residences { number } } } }`,
      );
      expect(data).toMatchObject({
        grants: {
          nodes: [
            { role: 'TECHNICIAN', subject: 'northgate-on-call' },
            {
              role: 'TECHNICIAN',
              subject: 'northgate-technician',
              person: { email: 'technician@northgate.example' },
              residences: [{ number: '101' }, { number: '102' }, { number: '101' }],
            },
          ],
        },
      });
    });

    it('pages through grants', async () => {
      const query =
        'query ($after: String) { grants(first: 5, after: $after) { nodes { subject } pageInfo { endCursor } } }';
      const first = (await read(claims('COMPANY_ADMIN'), query)) as GrantPage;
      const second = (await read(claims('COMPANY_ADMIN'), query, {
        after: first.grants.pageInfo.endCursor,
      })) as GrantPage;
      const subjects = [...first.grants.nodes, ...second.grants.nodes].map(({ subject }) => subject);
      expect(new Set(subjects).size).toBe(10);
    });
  });

  describe('a resident', () => {
    it('sees their own residence, its building and who lives there, and nothing else', async () => {
      const data = await read(
        claims('RESIDENT'),
        `{ residences { nodes { id } } properties { nodes { name residences { nodes { id } } } } people { nodes { email } } }`,
      );
      const own = [{ id: residenceId(NORTHGATE, HOME) }];
      expect(data).toMatchObject({
        residences: { nodes: own },
        properties: { nodes: [{ name: 'Alder Street House', residences: { nodes: own } }] },
      });
      expect(JSON.stringify(data)).toContain('resident@northgate.example');
      expect((data as { people: { nodes: unknown[] } }).people.nodes).toHaveLength(2);
    });

    it('sees themselves also where they live nowhere any more', async () => {
      const data = await read(
        claims('RESIDENT', { residences: [] }),
        '{ people { nodes { email } } me { person { email } } }',
      );
      const oneself = { email: 'resident@northgate.example' };
      expect(data).toEqual({ people: { nodes: [oneself] }, me: { person: oneself } });
    });

    it.each([
      ['a neighbour', residenceId(NORTHGATE, NEIGHBOUR)],
      ['another company', residenceId(RIVERSIDE, residenceKey('riverside-p01-r01'))],
      ['nobody', residenceId(NORTHGATE, residenceKey('northgate-p99-r99'))],
      ['no one of ours', 'bm90IG91cnM'],
    ])('is answered alike for the residence of %s', async (_whose, id) => {
      const answer = await gateway.ask(
        claims('RESIDENT'),
        `query ($id: ID!, $ref: [_Any!]!) {
          residence(id: $id) { number }
          property(id: $id) { name }
          _entities(representations: $ref) { ... on Residence { number occupants { name } } }
        }`,
        { id, ref: [{ __typename: 'Residence', id }] },
      );
      expect(answer).toEqual({ data: { residence: null, property: null, _entities: [null] } });
    });

    it('does not reach a consent elsewhere through an id that names their own residence', async () => {
      const forged = encodeId({
        tenant: NORTHGATE,
        type: 'Consent',
        residence: HOME,
        key: `${NEIGHBOUR}-communal-1`,
      });
      const { data } = await gateway.ask(
        claims('RESIDENT'),
        `mutation ($id: ID!) { withdrawConsent(input: { consent: $id }) { consent { id } } }`,
        { id: forged },
      );
      expect(data).toEqual({ withdrawConsent: { consent: null } });
      expect(await consents('communal', NORTHGATE, [NEIGHBOUR])).toEqual([NEIGHBOUR]);
    });
  });

  describe('the viewer', () => {
    it('is told the roles that are in force, with what they hold', async () => {
      const data = await read(claims('ANALYST'), '{ me { subject company { slug name } roles scopes policies } }');
      expect(data).toEqual({
        me: {
          subject: 'northgate-analyst',
          company: { slug: 'northgate', name: 'Northgate Homes' },
          roles: ['ANALYST'],
          scopes: [...ROLES.ANALYST.scopes].toSorted(),
          policies: [],
        },
      });
    });
  });

  describe('a consent', () => {
    const give = `mutation ($residence: ID!, $until: DateTime!) {
      giveConsent(input: { residence: $residence, partner: COMMUNAL, until: $until, clientMutationId: "7" }) {
        clientMutationId consent { id partner purpose withdrawnAt }
      }
    }`;
    const inAWeek = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000).toISOString();

    it('counts from the moment in which it is given until the moment in which it is withdrawn', async () => {
      const residence = residenceKey('northgate-p04-r01');
      const who = claims('RESIDENT', { residences: [residence] });
      expect(await consents('communal', NORTHGATE, [residence])).toEqual([]);
      const given = (await read(who, give, { residence: residenceId(NORTHGATE, residence), until: inAWeek })) as Given;
      expect(given.giveConsent).toMatchObject({
        clientMutationId: '7',
        consent: { partner: 'COMMUNAL', withdrawnAt: null },
      });
      expect(await consents('communal', NORTHGATE, [residence])).toEqual([residence]);
      await read(who, 'mutation ($id: ID!) { withdrawConsent(input: { consent: $id }) { consent { withdrawnAt } } }', {
        id: given.giveConsent.consent.id,
      });
      expect(await consents('communal', NORTHGATE, [residence])).toEqual([]);
    });

    it('replaces the one in force, so that one withdrawal is enough, also when several are given at once', async () => {
      const residence = residenceKey('northgate-p05-r05');
      const who = claims('RESIDENT', { residences: [residence] });
      const variables = { residence: residenceId(NORTHGATE, residence), until: inAWeek };
      await Promise.all([read(who, give, variables), read(who, give, variables), read(who, give, variables)]);
      const data = (await read(who, 'query ($id: ID!) { residence(id: $id) { consents { id partner withdrawnAt } } }', {
        id: variables.residence,
      })) as { residence: { consents: { partner: string; withdrawnAt: string | null }[] } };
      const communal = data.residence.consents.filter(({ partner }) => partner === 'COMMUNAL');
      expect(communal).toHaveLength(4);
      expect(communal.filter(({ withdrawnAt }) => withdrawnAt === null)).toHaveLength(1);
    });

    it.each([
      ['in the past', '2020-01-01T00:00:00Z'],
      ['more than two years ahead', '2099-01-01T00:00:00Z'],
    ])('is refused until an instant %s, naming the field', async (_when, until) => {
      const { errors } = await gateway.ask(claims('RESIDENT'), give, {
        residence: residenceId(NORTHGATE, HOME),
        until,
      });
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
      expect(errors?.[0]?.message).toContain('input.until');
    });

    it('is not given for a residence out of reach', async () => {
      const data = await read(claims('RESIDENT'), give, {
        residence: residenceId(NORTHGATE, NEIGHBOUR),
        until: inAWeek,
      });
      expect(data).toEqual({ giveConsent: { clientMutationId: '7', consent: null } });
    });

    it('names its residence', async () => {
      const id = residenceId(NORTHGATE, HOME);
      const query = 'query ($id: ID!) { residence(id: $id) { consents { residence { id } } } }';
      expect(await read(claims('COMPANY_ADMIN'), query, { id })).toEqual({
        residence: { consents: [{ residence: { id } }, { residence: { id } }] },
      });
    });

    it.each(['SECURITY_OFFICER', 'INTEGRATION_MANAGER'] as const)(
      'is listed for the whole company to a %s, without the residence',
      async (role) => {
        const seen = await pageThroughConsents(claims(role), 'COMMUNAL');
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBeGreaterThanOrEqual(999);
        expect(seen.map((id) => decodeId(id)?.tenant)).toEqual(seen.map(() => NORTHGATE));
        const denied = await gateway.ask(claims(role), '{ consents(first: 1) { nodes { residence { number } } } }');
        expect(denied).toMatchObject({
          data: { consents: { nodes: [{ residence: null }] } },
          errors: [{ path: ['consents', 'nodes', 0, 'residence'], extensions: { code: 'FORBIDDEN' } }],
        });
      },
    );

    it('is listed to a resident for their own residence alone', async () => {
      const seen = await pageThroughConsents(claims('RESIDENT'), 'SMART_HOME');
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.map((id) => decodeId(id)?.residence)).toEqual(seen.map(() => HOME));
    });

    it('is listed newest first', async () => {
      const residence = residenceKey('northgate-p06-r01');
      const who = claims('RESIDENT', { residences: [residence, HOME] });
      const given = (await read(who, give, { residence: residenceId(NORTHGATE, residence), until: inAWeek })) as Given;
      const [newest, ...older] = await pageThroughConsents(who, 'COMMUNAL');
      expect(newest).toBe(given.giveConsent.consent.id);
      expect(older.map((id) => decodeId(id)?.residence)).toEqual([HOME, residence]);
    });

    it('is missing where the sample estate says so', async () => {
      const missing = RESIDENCES_WITHOUT_CONSENT.filter(
        ({ company, partner }) => company === 'riverside' && partner === 'smart-home',
      ).map(({ residence }) => residence);
      const inForce = await consents('smart-home', RIVERSIDE);
      expect(inForce).toHaveLength(1000 - missing.length);
      expect(inForce).not.toEqual(expect.arrayContaining([missing[0]]));
    });
  });

  describe('/access', () => {
    it('tells the grants in force', async () => {
      expect(await access('northgate-dispatcher')).toMatchObject({
        active: true,
        kind: 'person',
        grants: [{ role: 'DISPATCHER' }],
      });
      expect(await access('northgate-resident')).toMatchObject({ grants: [{ role: 'RESIDENT', residences: [HOME] }] });
      expect(await access('northgate-reporting')).toMatchObject({ kind: 'service', grants: [{ role: 'ANALYST' }] });
    });

    it('knows nobody of another company', async () => {
      expect(await access('riverside-dispatcher')).toMatchObject({ active: false, kind: 'person', grants: [] });
    });

    it('follows the end of a grant, its last residence and a suspension at once', async () => {
      const asOwner = createOwnerTransactions(database);
      await asOwner(NORTHGATE, (t) =>
        t
          .updateTable('role_grant')
          .set({ until: sql<Date>`now()` })
          .where('subject', '=', 'northgate-analyst')
          .execute(),
      );
      expect(await access('northgate-analyst')).toMatchObject({ active: true, kind: 'person', grants: [] });
      await asOwner(NORTHGATE, (t) =>
        t.deleteFrom('role_grant_residence').where('role_grant', '=', 'northgate-technician-1').execute(),
      );
      expect(await access('northgate-technician')).toMatchObject({ grants: [{ role: 'TECHNICIAN', residences: [] }] });
      await asOwner(NORTHGATE, (t) =>
        t
          .updateTable('account')
          .set({ suspended_at: sql<Date>`now()` })
          .where('subject', '=', 'northgate-accountant')
          .execute(),
      );
      expect(await access('northgate-accountant')).toMatchObject({ active: false, grants: [] });
    });

    it('answers the gateway alone', async () => {
      const stranger = await identities.of('communal');
      const token = await mintServiceToken(stranger, 'directory', { tenant: 'northgate', sub: 'northgate-dispatcher' });
      const client = createTestGateway(stranger, 'directory', running.port);
      const answer = await client.send('/access', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
      await client.close();
      expect(answer.status).toBe(401);
      expect((await gateway.send('/access', { method: 'POST' })).status).toBe(401);
    });
  });

  describe('/consents', () => {
    it("refuses a subgraph that asks for the other partner's", async () => {
      expect((await askConsents('communal', NORTHGATE, { partner: 'smart-home' })).status).toBe(401);
    });

    it('refuses more than a thousand residences, and nonsense', async () => {
      const residences = Array.from({ length: 1001 }, (_residence, index) => `r${index}`);
      expect((await askConsents('communal', NORTHGATE, { partner: 'communal', residences })).status).toBe(400);
      expect((await askConsents('communal', NORTHGATE, { partner: 'communal', residences: ['a/b'] })).status).toBe(400);
      expect((await askConsents('communal', NORTHGATE, [])).status).toBe(400);
    });

    it("gives nothing of another company's residences", async () => {
      expect(await consents('communal', NORTHGATE, [residenceKey('riverside-p01-r01')])).toEqual([]);
    });
  });

  it('keeps no personal value in clear', async () => {
    const { name, email, phone } = inventPerson(100, 'northgate.example');
    const data = JSON.stringify(await read(claims('SECURITY_OFFICER'), peopleAfter(90)));
    for (const value of [name, email, phone]) expect(data).toContain(value);
    const { rows } = await sql`select * from person`.execute(database);
    const kept = [JSON.stringify(rows), ...filesBelow(provided.dataDirectory)].join('\n');
    for (const value of [email, phone, 'dispatcher@northgate.example']) expect(kept).not.toContain(value);
  });

  it('refuses a personal value that was moved to another row', async () => {
    const asOwner = createOwnerTransactions(database);
    await asOwner(RIVERSIDE, (t) =>
      sql`update person set sealed_email = (select sealed_email from person where key = 'riverside-analyst')
          where key = 'riverside-resident-0001'`.execute(t),
    );
    const { data, errors } = await gateway.ask(
      claims('DISPATCHER', { tenant: 'riverside' }),
      'query ($ref: [_Any!]!) { _entities(representations: $ref) { ... on Person { name email } } }',
      {
        ref: [
          {
            __typename: 'Person',
            id: encodeId({ tenant: RIVERSIDE, type: 'Person', residence: undefined, key: 'riverside-resident-0001' }),
          },
        ],
      },
    );
    expect(data).toMatchObject({ _entities: [{ email: null }] });
    expect(errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
  });

  /** The ids of all consents for a partner, in the order of the pages. */
  async function pageThroughConsents(who: SubgraphClaims, partner: string): Promise<readonly string[]> {
    const query = `query ($partner: Partner, $after: String) {
      consents(partner: $partner, first: 100, after: $after) { nodes { id partner } pageInfo { hasNextPage endCursor } }
    }`;
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { consents } = (await read(who, query, { partner, after })) as ConsentPage;
      expect(consents.nodes.every((consent) => consent.partner === partner)).toBe(true);
      seen.push(...consents.nodes.map(({ id }) => id));
      after = consents.pageInfo.hasNextPage ? consents.pageInfo.endCursor : null;
    } while (after);
    return seen;
  }

  async function access(sub: string): Promise<unknown> {
    const token = await mintServiceToken(await identities.of('gateway'), 'directory', { tenant: 'northgate', sub });
    const { body } = await gateway.send('/access', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    return JSON.parse(body);
  }

  async function consents(
    partner: 'smart-home' | 'communal',
    tenant: string,
    residences?: readonly ResidenceKey[],
  ): Promise<unknown> {
    const { body } = await askConsents(partner, tenant, { partner, residences });
    return JSON.parse(body).residences;
  }

  async function askConsents(caller: 'smart-home' | 'communal', tenant: string, question: unknown) {
    const identity = await identities.of(caller);
    const client = createTestGateway(identity, 'directory', running.port);
    const token = await mintServiceToken(identity, 'directory', { tenant });
    const answer = await client.send('/consents', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    await client.close();
    return answer;
  }
});

interface ResidencePage {
  readonly residences: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

interface GrantPage {
  readonly grants: {
    readonly nodes: readonly { readonly subject: string }[];
    readonly pageInfo: { readonly endCursor: string };
  };
}

interface ConsentPage {
  readonly consents: {
    readonly nodes: readonly { readonly id: string; readonly partner: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

interface Given {
  readonly giveConsent: { readonly consent: { readonly id: string } };
}

/** A page of 100 people after the resident at `position`. */
function peopleAfter(position: number): string {
  const key = `northgate-resident-${String(position - 20).padStart(4, '0')}`;
  const after = encodeCursor(key, { tenant: NORTHGATE, list: 'Query.people' });
  return `{ people(first: 100, after: "${after}") { nodes { name email phone } } }`;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

/** The same database, counting its queries. */
function counting(database: Kysely<Tables>, count: { queries: number }): Kysely<Tables> {
  return database.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      count.queries += 1;
      return result;
    },
  });
}
