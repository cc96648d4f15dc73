/** PostgreSQL at an address, over a pool of connections. */
import { type Dialect, PostgresDialect } from 'kysely';
import { Pool } from 'pg';

const CONNECTIONS = 10;

/** How verification of the server's certificate is asked for stands in the address (`sslmode=verify-full`). */
export function serverDialect(name: string, url: string): Dialect {
  const pool = new Pool({
    connectionString: url,
    options: `-c search_path="${name}"`,
    application_name: `commonhold ${name}`,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 10_000,
  });
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool });
}
