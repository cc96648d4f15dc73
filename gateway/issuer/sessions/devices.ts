/**
 * Whether somebody has logged in with a browser before. A browser is known by a random id in a signed cookie, of which
 * each account keeps a keyed hash of its own: nothing about the browser is looked at, and two people who share one can't
 * be told to.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Notices } from '../directory/notices.ts';
import type { KeyedHash } from '../store/keyed-hash.ts';
import type { IssuerTables } from '../store/tables.ts';
import { deviceKind } from './device-kind.ts';

export interface Devices {
  /** Tells the person when they haven't logged in with this browser before, and remembers it. */
  noteLogin(request: FastifyRequest, reply: FastifyReply, subject: string): Promise<void>;
  /** Remembers a browser that an account was set up with. */
  remember(request: FastifyRequest, reply: FastifyReply, subject: string): Promise<void>;
}

export interface DevicesOptions {
  readonly database: Kysely<IssuerTables>;
  readonly hash: KeyedHash;
  /** Signs the cookie. */
  readonly sign: KeyedHash;
  readonly notices: Notices;
  /** Whether the cookie goes over TLS alone. */
  readonly isSecure: boolean;
}

const COOKIE = 'device';
/** The most that browsers keep one. */
const REMEMBERED_SECONDS = 400 * 24 * 60 * 60;
const ID_BYTES = 32;

export function createDevices({ database, hash, sign, notices, isSecure }: DevicesOptions): Devices {
  /** The browser's id, which it is given again so that it stays. */
  const idOf = (request: FastifyRequest, reply: FastifyReply): string => {
    const id = readCookie(request.headers.cookie, sign) ?? randomBytes(ID_BYTES).toString('base64url');
    const attributes = `Path=/; Max-Age=${REMEMBERED_SECONDS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
    reply.header('set-cookie', `${COOKIE}=${id}.${sign(id)}; ${attributes}`);
    return id;
  };

  /** @returns whether it is new */
  const see = async (transaction: Kysely<IssuerTables>, subject: string, id: string): Promise<boolean> => {
    const values = { subject, device_hash: hash(`device:${subject}:${id}`), last_seen_at: new Date() };
    const { numInsertedOrUpdatedRows } = await transaction
      .insertInto('known_device')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return true;
    await transaction
      .updateTable('known_device')
      .set({ last_seen_at: values.last_seen_at })
      .where('subject', '=', subject)
      .where('device_hash', '=', values.device_hash)
      .execute();
    return false;
  };

  return {
    async noteLogin(request, reply, subject) {
      const id = idOf(request, reply);
      await database.transaction().execute(async (transaction) => {
        if (!(await see(transaction, subject, id))) return;
        const device = deviceKind(request.headers['user-agent']);
        await notices.add(transaction, subject, { kind: 'LOGIN_FROM_NEW_DEVICE', about: { device } });
      });
    },
    async remember(request, reply, subject) {
      await see(database, subject, idOf(request, reply));
    },
  };
}

/** Forgets browsers that nobody can have the cookie of any more. */
export async function forgetOldDevices(database: Kysely<IssuerTables>): Promise<void> {
  const before = new Date(Date.now() - REMEMBERED_SECONDS * 1000);
  await database.deleteFrom('known_device').where('last_seen_at', '<', before).execute();
}

function readCookie(header: string | undefined, sign: KeyedHash): string | undefined {
  const [, id, signature] = /(?:^|;\s*)device=([\w-]{43})\.([\w-]{43})(?:;|$)/.exec(header ?? '') ?? [];
  if (!id || !signature) return undefined;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(id))) ? id : undefined;
}
