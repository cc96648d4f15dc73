/**
 * The keys that sign tokens and cookies, in generations.
 *
 * 1. A generation is published when it is made, and signs after an overlap, when every reader of the JWKS knows it.
 * 2. The one before it stays published until the next one is made, so that what it signed still verifies: a rotation
 *    ends no session and invalidates no token.
 * 3. Older ones are deleted.
 */
import { randomBytes } from 'node:crypto';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { IssuerTables } from '../store/tables.ts';

export interface KeyGeneration {
  readonly generation: number;
  /** Private, ES256. */
  readonly signingKey: JWK;
  readonly cookieKey: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}

export interface KeyStore {
  /** The two newest generations, the one that signs now first. Makes the first one when there is none. */
  load(): Promise<readonly KeyGeneration[]>;
  /** Makes a new generation, unless the newest one doesn't sign yet. */
  rotate(): Promise<void>;
}

export interface KeyStoreOptions {
  readonly database: Kysely<IssuerTables>;
  readonly envelope: Envelope;
  readonly overlapSeconds: number;
}

const KEPT_GENERATIONS = 2;
const privateKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});

export function createKeyStore({ database, envelope, overlapSeconds }: KeyStoreOptions): KeyStore {
  const read = async (): Promise<readonly KeyGeneration[]> => {
    const rows = await database
      .selectFrom('key_generation')
      .selectAll()
      .orderBy('generation', 'desc')
      .limit(KEPT_GENERATIONS)
      .execute();
    return Promise.all(
      rows.map(async (row) => ({
        generation: row.generation,
        signingKey: privateKey.parse(JSON.parse(await open(row.signing_key, `signing_key:${row.generation}`))),
        cookieKey: await open(row.cookie_key, `cookie_key:${row.generation}`),
        createdAt: row.created_at,
        signsFrom: row.signs_from,
      })),
    );
  };

  const open = (sealed: string, place: string): Promise<string> =>
    envelope.open(sealed, place).catch(() => {
      throw new StartupError(
        "The issuer's keys can't be opened with this master key",
        'name the master key that the data folder was made with, or remove the folder',
      );
    });

  // Two processes may make the same generation at the same time: the primary key lets one of them win.
  const make = async (generation: number, signsFrom: Date): Promise<void> => {
    const signingKey = JSON.stringify(await createSigningKey());
    const cookieKey = randomBytes(32).toString('base64url');
    await database
      .insertInto('key_generation')
      .values({
        generation,
        signing_key: await envelope.seal(signingKey, `signing_key:${generation}`),
        cookie_key: await envelope.seal(cookieKey, `cookie_key:${generation}`),
        created_at: new Date(),
        signs_from: signsFrom,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await database
      .deleteFrom('key_generation')
      .where('generation', '<=', generation - KEPT_GENERATIONS)
      .execute();
  };

  return {
    async load() {
      if ((await read()).length === 0) await make(1, new Date());
      return signingFirst(await read(), new Date());
    },

    async rotate() {
      const [newest] = await read();
      if (newest && newest.signsFrom > new Date()) return;
      await make((newest?.generation ?? 0) + 1, new Date(Date.now() + overlapSeconds * 1000));
    },
  };
}

/** @param generations newest first */
function signingFirst(generations: readonly KeyGeneration[], now: Date): readonly KeyGeneration[] {
  const signing = generations.find(({ signsFrom }) => signsFrom <= now);
  return signing ? [signing, ...generations.filter((generation) => generation !== signing)] : generations;
}

async function createSigningKey(): Promise<JWK> {
  const { privateKey: key } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(key);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}
