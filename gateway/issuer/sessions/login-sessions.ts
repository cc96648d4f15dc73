/**
 * The login sessions of people: what one login in one browser gave one client.
 *
 * A login session is known by its `sid`, the keyed hash of oidc-provider's grant. All codes, refresh tokens and access
 * tokens that come of a login at a client share that grant, and access tokens carry the `sid`: ending it ends them all,
 * whether the person logs out, a refresh token comes twice, or somebody else ends it. What a browser is logged in by at
 * the issuer itself is its browser session, in which there is a login session for each client.
 */
import type { Kysely } from 'kysely';
import type { KeyedHash } from '../store/keyed-hash.ts';
import type { IssuerTables } from '../store/tables.ts';

export interface BrowserSession {
  /** Keyed hash of the `uid` of oidc-provider's session. */
  readonly browser: string;
  /** The kind of device that it began on. */
  readonly device: string;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  /** The clients that have a login session in it. */
  readonly clientIds: readonly string[];
}

export interface NewLoginSession {
  readonly sid: string;
  readonly browser: string;
  readonly subject: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly device: string;
  readonly startedAt: Date;
  readonly expiresAt: Date;
}

export interface LoginSessions {
  /** The `sid` of a grant of oidc-provider. */
  sidOf(grantId: string): string;
  /** What `BrowserSession.browser` is for a session of oidc-provider, by its `uid`. */
  browserOf(sessionUid: string): string;
  /** Notes that a login session begins, or goes on with a new login. */
  begin(session: NewLoginSession): Promise<void>;
  /** Notes that it is used. False when it has ended: nothing may be given out for it any more. */
  use(sid: string): Promise<boolean>;
  /** The browser sessions of a person that go on, the last used first. */
  of(subject: string): Promise<readonly BrowserSession[]>;
  /** Who is logged in anywhere: of a company, or a single person of it, or everybody. */
  holders(which: { readonly tenant?: string; readonly subject?: string }): Promise<readonly Holder[]>;
}

export interface Holder {
  readonly subject: string;
  readonly tenant: string;
}

export function createLoginSessions(database: Kysely<IssuerTables>, hash: KeyedHash): LoginSessions {
  return {
    sidOf: hash,
    browserOf: hash,

    async begin({ sid, browser, subject, tenant, clientId, device, startedAt, expiresAt }) {
      const login = { subject, started_at: startedAt, expires_at: expiresAt };
      const use = { browser, last_used_at: new Date() };
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('browser_session')
          .values({ browser, device, ...login })
          .onConflict((conflict) => conflict.column('browser').doUpdateSet(login))
          .execute();
        await transaction
          .insertInto('login_session')
          .values({ sid, tenant, client_id: clientId, ...use })
          .onConflict((conflict) => conflict.column('sid').doUpdateSet(use))
          .execute();
      });
    },

    async use(sid) {
      // Waits for an end that is under way, so that no access token is issued after it.
      const { numUpdatedRows } = await database
        .updateTable('login_session')
        .set({ last_used_at: new Date() })
        .where('sid', '=', sid)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    holders: ({ tenant, subject }) =>
      database
        .selectFrom('account')
        .select(['subject', 'tenant'])
        .where('subject', 'in', (query) => query.selectFrom('browser_session').select('subject'))
        .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant ?? ''))
        .$if(subject !== undefined, (query) => query.where('subject', '=', subject ?? ''))
        .execute(),

    async of(subject) {
      const rows = await database
        .selectFrom('browser_session')
        .innerJoin('record', (join) =>
          join.onRef('record.uid_hash', '=', 'browser_session.browser').on('record.model', '=', 'Session'),
        )
        .leftJoin('login_session', 'login_session.browser', 'browser_session.browser')
        .select(({ fn }) => [
          'browser_session.browser',
          'browser_session.device',
          'browser_session.started_at',
          fn.max('login_session.last_used_at').as('last_used_at'),
          fn.agg<(string | null)[]>('array_agg', ['login_session.client_id']).as('client_ids'),
        ])
        .where('browser_session.subject', '=', subject)
        .where('browser_session.expires_at', '>', new Date())
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('ended_login')
                .select('key')
                .where('kind', '=', 'browser')
                .whereRef('key', '=', 'browser_session.browser'),
            ),
          ),
        )
        .groupBy('browser_session.browser')
        .execute();
      const sessions = rows.map((row) => ({
        browser: row.browser,
        device: row.device,
        startedAt: row.started_at,
        lastUsedAt: row.last_used_at ?? row.started_at,
        clientIds: row.client_ids.filter((id) => id !== null).toSorted(),
      }));
      return sessions.toSorted((one, other) => other.lastUsedAt.getTime() - one.lastUsedAt.getTime());
    },
  };
}
