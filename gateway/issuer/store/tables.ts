/** The issuer's tables. What is personal or secret is in them only as ciphertext or as a keyed hash. */
import type { ColumnType, Generated, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import * as loginSessions from './migrations/002-login-sessions.ts';
import * as passkeys from './migrations/003-passkeys.ts';
import * as heldKeys from './migrations/006-held-keys.ts';
import * as loginNames from './migrations/007-login-names.ts';

type Timestamp = ColumnType<Date, Date, Date>;

export interface IssuerTables {
  account: {
    /** The `sub` of its tokens; says nothing of the person. */
    subject: string;
    /** Keyed hash of the login name. */
    login_name_hash: string;
    /** Key of the company that the account belongs to. */
    tenant: string;
    /** Sealed scrypt hash; null: it logs in by passkey alone. */
    password: string | null;
    /** Sealed TOTP secret; null until enrolment. */
    totp_secret: string | null;
    /** The last time step whose code was accepted: no code at or before it is accepted again. */
    totp_last_step: number | null;
    /** Made for development: its password and secret can be derived. */
    is_seeded: boolean;
    created_at: Timestamp;
  };
  recovery_code: {
    subject: string;
    /** Keyed hash. The row goes when the code is used. */
    code_hash: string;
  };
  passkey: {
    /** What forms name it by; random. */
    key: string;
    subject: string;
    /** Keyed hash of the credential's id. */
    credential_hash: string;
    /** Sealed: id, public key, transports and name. */
    sealed: string;
    /** How often its authenticator says it was used. */
    counter: ColumnType<string | number, number, number>;
    /** Whether it may be copied between the person's devices. */
    is_synced: boolean;
    created_at: Timestamp;
    last_used_at: ColumnType<Date | null, Date | null, Date | null>;
  };
  /** The one challenge that is out for a login, an account page or an invitation. */
  passkey_challenge: {
    /** Keyed hash of what it was made for. */
    bound_to: string;
    /** Keyed hash. The row goes with the first answer. */
    challenge_hash: string;
    expires_at: Timestamp;
  };
  /** Browsers that somebody has logged in with before. */
  known_device: {
    subject: string;
    /** Keyed hash of the random id in the browser's cookie, for this account alone. */
    device_hash: string;
    last_seen_at: Timestamp;
  };
  /** What oidc-provider keeps: sessions, grants, codes, refresh tokens, interactions. */
  record: {
    model: string;
    /** Keyed hash of the id: for an opaque token, the id is the token. */
    id_hash: string;
    /** Sealed. */
    payload: string;
    grant_hash: string | null;
    uid_hash: string | null;
    user_code_hash: string | null;
    expires_at: Timestamp;
    consumed_at: ColumnType<Date | null, Date | null, Date | null>;
  };
  /** What a browser is logged in by at the issuer itself. */
  browser_session: {
    /** Keyed hash of the `uid` of oidc-provider's session, which stays when its id is renewed. */
    browser: string;
    subject: string;
    /** Coarse kind of device. */
    device: string;
    started_at: Timestamp;
    expires_at: Timestamp;
  };
  /** What a login gave one client: everything that came of it ends with it. */
  login_session: {
    /** Keyed hash of oidc-provider's grant, and as `sid` in tokens. */
    sid: string;
    browser: string;
    tenant: string;
    client_id: string;
    last_used_at: Timestamp;
  };
  /** Browser sessions, login sessions (by `sid`) and access tokens (by `jti`) that ended before their time. */
  ended_login: {
    kind: 'browser' | 'session' | 'token';
    key: string;
    until: Timestamp;
  };
  /** What others still have to be told. */
  outbox: {
    key: Generated<string>;
    recipient: string;
    /** JSON. */
    message: string;
    added_at: Generated<Date>;
    /** After that it is of no use to anybody. */
    until: Timestamp;
  };
  /** Keys that outlive a rotation of the master key. */
  held_key: { purpose: string; sealed: string; made_at: Generated<Date> };
  key_generation: {
    generation: number;
    /** Sealed private JWK. */
    signing_key: string;
    /** Sealed. */
    cookie_key: string;
    created_at: Timestamp;
    /** From when it signs; it is published from its creation. */
    signs_from: Timestamp;
  };
}

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-accounts-records-keys': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('account')
        .addColumn('subject', 'text', (column) => column.primaryKey())
        .addColumn('login_name_hash', 'text', (column) => column.notNull().unique())
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('password', 'text', (column) => column.notNull())
        .addColumn('totp_secret', 'text')
        .addColumn('totp_last_step', 'integer')
        .addColumn('is_seeded', 'boolean', (column) => column.notNull())
        .addColumn('created_at', 'timestamptz', (column) => column.notNull())
        .execute();
      await database.schema
        .createTable('recovery_code')
        .addColumn('subject', 'text', (column) => column.notNull().references('account.subject').onDelete('cascade'))
        .addColumn('code_hash', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('recovery_code_key', ['subject', 'code_hash'])
        .execute();
      await database.schema
        .createTable('record')
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('id_hash', 'text', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('grant_hash', 'text')
        .addColumn('uid_hash', 'text')
        .addColumn('user_code_hash', 'text')
        .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
        .addColumn('consumed_at', 'timestamptz')
        .addPrimaryKeyConstraint('record_key', ['model', 'id_hash'])
        .execute();
      for (const column of ['grant_hash', 'uid_hash', 'user_code_hash', 'expires_at']) {
        await database.schema.createIndex(`record_by_${column}`).on('record').column(column).execute();
      }
      await database.schema
        .createTable('key_generation')
        .addColumn('generation', 'integer', (column) => column.primaryKey())
        .addColumn('signing_key', 'text', (column) => column.notNull())
        .addColumn('cookie_key', 'text', (column) => column.notNull())
        .addColumn('created_at', 'timestamptz', (column) => column.notNull())
        .addColumn('signs_from', 'timestamptz', (column) => column.notNull())
        .execute();
    },
  },
  '002-login-sessions': loginSessions,
  '006-held-keys': heldKeys,
  '003-passkeys': passkeys,
  '007-login-names': loginNames,
};
