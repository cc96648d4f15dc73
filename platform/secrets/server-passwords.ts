/** Passwords of PostgreSQL and Redis: secrets, which may change at any time, while their addresses are configuration. */
import { isProduction } from '../configuration.ts';
import { StartupError } from '../startup-error.ts';
import type { SecretName } from './secret-source.ts';
import type { Secrets } from './secrets.ts';

/**
 * With the passwords of this moment where there are any: whoever connects asks for it each time. While two are in force the
 * newest comes first, and the one before it may be what the server still takes.
 */
export type ServerAddress = string | (() => readonly string[]);

export interface ServerAddresses {
  readonly database: ServerAddress | undefined;
  readonly redis: ServerAddress | undefined;
}

/** @returns what to try first, and what when that password is refused */
export function addressesNow(address: ServerAddress): readonly string[] {
  return typeof address === 'function' ? address() : [address];
}

/** For who connects again and again by itself: what is refused isn't tried twice in a row while there is another. */
export interface AddressesInTurn {
  now(): string;
  refused(): void;
}

export function inTurn(address: ServerAddress): AddressesInTurn {
  let refusals = 0;
  return {
    now: () => {
      const addresses = addressesNow(address);
      return addresses[refusals % addresses.length] ?? '';
    },
    refused: () => {
      refusals += 1;
    },
  };
}

/**
 * Follows the passwords of the servers that `DATABASE_URL` and `REDIS_URL` name.
 *
 * @throws {StartupError} in production, when an address in the environment holds a password itself: whoever lists
 * processes or reads a crash report would see it
 */
export async function followServers(environment: NodeJS.ProcessEnv, secrets: Secrets): Promise<ServerAddresses> {
  const follow = async (variable: string, name: SecretName): Promise<ServerAddress | undefined> => {
    const configured = environment[variable];
    const address = URL.parse(configured ?? '');
    if (!address) return configured;
    if (address.password !== '' && isProduction(environment)) {
      throw new StartupError(`${variable} holds a password`, `take it out, and keep it as the secret ${name}`);
    }
    const secret = await secrets.find(name);
    if (!secret) return configured;
    return () =>
      secret.generations().flatMap((generation) => {
        if (!generation) return [];
        const filled = new URL(address);
        filled.password = encodeURIComponent(generation.value);
        return [filled.href];
      });
  };
  const [database, redis] = await Promise.all([
    follow('DATABASE_URL', 'database-password'),
    follow('REDIS_URL', 'redis-password'),
  ]);
  return { database, redis };
}
