/** A real PostgreSQL server for a test: Debian's programs, a cluster of its own in a temporary folder, a Unix socket. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestPostgres {
  /** For `DATABASE_URL`: a role that owns the database and may create roles, but is no superuser. */
  readonly url: string;
  /** The same database as a superuser. */
  readonly superuserUrl: string;
  /** From a moment later on, of everybody but the superuser. */
  requirePasswords(): void;
  stop(): Promise<void>;
}

const PROGRAMS = '/usr/lib/postgresql';

/** Whether PostgreSQL is installed on this machine. */
export function hasPostgres(): boolean {
  return existsSync(PROGRAMS) && readdirSync(PROGRAMS).length > 0;
}

/**
 * @example
 * const postgres = await startPostgres();
 * const directory = await startProcess('subgraphs/directory/main.ts', { DATABASE_URL: postgres.url });
 */
export async function startPostgres(): Promise<TestPostgres> {
  const [version] = readdirSync(PROGRAMS).toSorted((a, b) => Number(b) - Number(a));
  if (version === undefined) throw new Error(`PostgreSQL is not installed under ${PROGRAMS}`);
  const program = (name: string): string => join(PROGRAMS, version, 'bin', name);
  const account = unprivilegedAccount();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
  const cluster = join(folder, 'cluster');

  execFileSync(
    program('initdb'),
    [
      '--pgdata',
      cluster,
      '--username',
      'postgres',
      '--auth',
      'trust',
      '--no-sync',
      '--encoding',
      'UTF8',
      '--no-locale',
    ],
    { ...account, cwd: folder, stdio: 'ignore' },
  );
  const server = spawn(
    program('postgres'),
    ['-D', cluster, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(server, 'exit');
  await new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (line: string) => {
      if (line.includes('ready to accept connections')) resolve();
    });
    void exited.then(() => reject(new Error('PostgreSQL did not start')));
  });
  for (const statement of [
    'create role commonhold login createrole nosuperuser nobypassrls',
    'create database commonhold owner commonhold',
  ]) {
    execFileSync(program('psql'), ['-h', folder, '-U', 'postgres', '-c', statement], { ...account, cwd: folder });
  }

  const address = (role: string): string =>
    `postgres://${role}@localhost/commonhold?host=${encodeURIComponent(folder)}`;
  return {
    url: address('commonhold'),
    superuserUrl: address('postgres'),
    requirePasswords: () => {
      writeFileSync(join(cluster, 'pg_hba.conf'), 'local all postgres trust\nlocal all all scram-sha-256\n');
      server.kill('SIGHUP');
    },
    stop: async () => {
      server.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: there it runs as Debian's user `postgres`. */
function unprivilegedAccount(): { uid: number; gid: number } | { uid?: undefined; gid?: undefined } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
