/**
 * Ends login sessions and access tokens before their time.
 *
 * 1. In one transaction: what oidc-provider keeps for it goes, the end is noted, and who has to know is written down.
 * 2. The directory is told at once, and through it every gateway; the caller waits for that before the client is
 *    answered. If the directory doesn't take it, the outbox goes on trying.
 * 3. Clients that want to be told are told meanwhile; nobody waits for them.
 */
import type { Kysely, Transaction } from 'kysely';
import type { DirectoryMessage } from '../directory/directory-messages.ts';
import type { LogoutMessage } from '../logout/logout-message.ts';
import type { IssuerTables } from '../store/tables.ts';
import type { Outbox } from './outbox.ts';

/** How long an access token of an ended login session might be shown: its life, and what clocks may differ. */
const REMEMBERED_SECONDS = 6 * 60;
/** How long a client that doesn't answer goes on being told. */
const TOLD_SECONDS = 60 * 60;

export interface Endings {
  /** One login session. @returns whether the directory knows by now, as for the other ways to end something */
  endLogin(sid: string): Promise<boolean>;
  /** Browser sessions of a person, with all login sessions in them. */
  endBrowsers(subject: string, which?: WhichBrowsers): Promise<boolean>;
  /** One access token. */
  endToken(token: { readonly id: string; readonly tenant: string; readonly until: Date }): Promise<boolean>;
  /** Whether either was ended here. */
  hasEnded(keys: { readonly token: string; readonly session: string | undefined }): Promise<boolean>;
}

/** Neither: all of them. */
export interface WhichBrowsers {
  readonly only?: string;
  readonly except?: string;
}

export interface EndingsOptions {
  readonly database: Kysely<IssuerTables>;
  readonly outbox: Outbox<DirectoryMessage>;
  readonly logouts: Outbox<LogoutMessage>;
  /** Whether a client is told of logouts. */
  readonly isTold: (clientId: string) => boolean;
}

type LoginSessionKey = { readonly sid: string; readonly tenant: string; readonly client_id: string };

/** What waits in the two outboxes. */
interface Added {
  readonly forDirectory: readonly string[];
  readonly forClients: readonly string[];
}

const NOTHING: Added = { forDirectory: [], forClients: [] };

export function createEndings({ database, outbox, logouts, isTold }: EndingsOptions): Endings {
  const deliver = ({ forDirectory, forClients }: Added): Promise<boolean> => {
    // What can't even be looked up now is tried again later.
    logouts.deliver(forClients).catch(() => undefined);
    return outbox.deliver(forDirectory);
  };

  /** What came of login sessions whose rows have just gone. */
  const endAll = async (
    transaction: Transaction<IssuerTables>,
    subject: string,
    ended: readonly LoginSessionKey[],
  ): Promise<Added> => {
    if (ended.length === 0) return NOTHING;
    const grants = ended.map(({ sid }) => sid);
    await transaction
      .deleteFrom('record')
      .where((where) =>
        where.or([
          where('grant_hash', 'in', grants),
          where.and([where('model', '=', 'Grant'), where('id_hash', 'in', grants)]),
        ]),
      )
      .execute();
    const until = new Date(Date.now() + REMEMBERED_SECONDS * 1000);
    const toldUntil = new Date(Date.now() + TOLD_SECONDS * 1000);
    const forDirectory: string[] = [];
    const forClients: string[] = [];
    for (const { sid, tenant, client_id: client } of ended) {
      await noteEnd(transaction, 'session', sid, until);
      const body = { kind: 'session', session: sid, until: until.toISOString() };
      forDirectory.push(await outbox.add(transaction, { path: '/ended', tenant, body }, until));
      if (isTold(client)) forClients.push(await logouts.add(transaction, { client, subject, session: sid }, toldUntil));
    }
    return { forDirectory, forClients };
  };

  return {
    async endLogin(sid) {
      const added = await database.transaction().execute(async (transaction) => {
        const ended = await transaction
          .deleteFrom('login_session')
          .where('sid', '=', sid)
          .returning(['sid', 'tenant', 'client_id', 'browser'])
          .executeTakeFirst();
        if (!ended) return NOTHING;
        const { subject } = await transaction
          .selectFrom('browser_session')
          .select('subject')
          .where('browser', '=', ended.browser)
          .executeTakeFirstOrThrow();
        return endAll(transaction, subject, [ended]);
      });
      return deliver(added);
    },

    async endBrowsers(subject, { only, except } = {}) {
      const added = await database.transaction().execute(async (transaction) => {
        const browsers = await transaction
          .selectFrom('browser_session')
          .select(['browser', 'expires_at'])
          .where('subject', '=', subject)
          .$if(only !== undefined, (query) => query.where('browser', '=', only ?? ''))
          .$if(except !== undefined, (query) => query.where('browser', '!=', except ?? ''))
          .orderBy('browser')
          .forUpdate()
          .execute();
        if (browsers.length === 0) return NOTHING;
        const keys = browsers.map(({ browser }) => browser);
        const ended = await transaction
          .deleteFrom('login_session')
          .where('browser', 'in', keys)
          .returning(['sid', 'tenant', 'client_id'])
          .execute();
        for (const { browser, expires_at } of browsers) await noteEnd(transaction, 'browser', browser, expires_at);
        await transaction.deleteFrom('browser_session').where('browser', 'in', keys).execute();
        await transaction.deleteFrom('record').where('model', '=', 'Session').where('uid_hash', 'in', keys).execute();
        return endAll(transaction, subject, ended);
      });
      return deliver(added);
    },

    async endToken({ id, tenant, until }) {
      const message = await database.transaction().execute(async (transaction) => {
        await noteEnd(transaction, 'token', id, until);
        const body = { kind: 'token', token: id, until: until.toISOString() };
        return outbox.add(transaction, { path: '/ended', tenant, body }, until);
      });
      return outbox.deliver([message]);
    },

    async hasEnded({ token, session }) {
      const row = await database
        .selectFrom('ended_login')
        .select('key')
        .where((where) =>
          where.or([where.and({ kind: 'token', key: token }), where.and({ kind: 'session', key: session ?? '' })]),
        )
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

async function noteEnd(
  transaction: Transaction<IssuerTables>,
  kind: IssuerTables['ended_login']['kind'],
  key: string,
  until: Date,
): Promise<void> {
  await transaction
    .insertInto('ended_login')
    .values({ kind, key, until })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
