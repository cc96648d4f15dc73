/** Password hashes: scrypt (RFC 7914) as a PHC string, so that the cost can be raised later without a migration. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface PasswordCost {
  /** Logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** What OWASP's password storage cheat sheet gives for 32 MiB. */
export const FULL_COST: PasswordCost = { ln: 15, r: 8, p: 3 };

/** For passwords that are 144 random bits: a third of the time for each of the many accounts of a first start. */
export const SEED_COST: PasswordCost = { ln: 15, r: 8, p: 1 };

const HASH_BYTES = 32;
const PATTERN = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** @returns a PHC string with a salt of its own. */
export async function hashPassword(password: string, { ln, r, p }: PasswordCost): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize('NFKC'), salt, HASH_BYTES, scryptOptions(ln, r, p));
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Whether `password` is the one that `hashed` was made of. @throws {Error} when `hashed` isn't a PHC string of scrypt. */
export async function verifyPassword(password: string, hashed: string): Promise<boolean> {
  const [, ln, r, p, salt, hash] = PATTERN.exec(hashed) ?? [];
  if (!salt || !hash) throw new Error('not a scrypt hash');
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(
    password.normalize('NFKC'),
    Buffer.from(salt, 'base64url'),
    expected.length,
    scryptOptions(Number(ln), Number(r), Number(p)),
  );
  return timingSafeEqual(actual, expected);
}

function scryptOptions(ln: number, r: number, p: number): ScryptOptions {
  const N = 2 ** ln;
  return { N, r, p, maxmem: 256 * N * r };
}
