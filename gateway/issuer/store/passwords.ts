/**
 * Password hashes: scrypt (RFC 7914) with the parameters that OWASP's password storage cheat sheet gives for 32 MiB,
 * written as a PHC string, so that they can be raised later without a migration.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const PARAMETERS = { ln: 15, r: 8, p: 3 };
const HASH_BYTES = 32;
const PATTERN = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** @returns a PHC string with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { ln, r, p } = PARAMETERS;
  const hash = await derive(password.normalize('NFKC'), salt, HASH_BYTES, cost(ln, r, p));
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
    cost(Number(ln), Number(r), Number(p)),
  );
  return timingSafeEqual(actual, expected);
}

function cost(ln: number, r: number, p: number): ScryptOptions {
  const N = 2 ** ln;
  return { N, r, p, maxmem: 256 * N * r };
}
