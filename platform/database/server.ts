/** PostgreSQL at an address, over a pool of connections. */
import { type Dialect, PostgresDialect, type PostgresPool } from 'kysely';
import { Client, type ClientConfig, Pool } from 'pg';
import { addressesNow, type ServerAddress } from '../secrets/server-passwords.ts';

const CONNECTIONS = 10;

/** How verification of the server's certificate is asked for stands in the address (`sslmode=verify-full`). */
export function serverDialect(name: string, address: ServerAddress): Dialect {
  return new PostgresDialect({ pool: openPools(name, address) });
}

/**
 * A password that was changed is known here before or after the server takes it: while two are in force, a connection
 * that is refused with the newest is made with the one before.
 */
function openPools(name: string, address: ServerAddress): PostgresPool {
  const current = openPool(name, () => addressesNow(address)[0]);
  const before = openPool(name, () => addressesNow(address)[1]);
  return {
    options: current.options,
    connect: async () => {
      try {
        return await current.connect();
      } catch (error) {
        if (!isWrongPassword(error) || addressesNow(address)[1] === undefined) throw error;
        return before.connect();
      }
    },
    end: async () => {
      await Promise.all([current.end(), before.end()]);
    },
  };
}

/** Whether the server refused a connection for its password (SQLSTATE 28P01). */
export function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01';
}

function openPool(name: string, addressNow: () => string | undefined): Pool {
  const pool = new Pool({
    Client: clientOf(addressNow),
    options: `-c search_path="${name}"`,
    application_name: `commonhold ${name}`,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 10_000,
  });
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** Each connection is made with the password of its time. */
function clientOf(addressNow: () => string | undefined): new (config?: string | ClientConfig) => Client {
  return class extends Client {
    constructor(config?: string | ClientConfig) {
      super({ ...(typeof config === 'object' && config), connectionString: addressNow() });
    }
  };
}
