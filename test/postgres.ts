/** A real PostgreSQL server for a test: Debian's programs, a cluster of its own in a temporary folder, a Unix socket. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyFolder, layOut } from './templates.ts';

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
 * @param content what many tests begin with; left out: an empty database
 *
 * @example
 * const postgres = await startPostgres();
 * const directory = await startProcess('subgraphs/directory/main.ts', { DATABASE_URL: postgres.url });
 */
export async function startPostgres(content?: PostgresContent): Promise<TestPostgres> {
  return serve(await layOutCluster(content));
}

export interface PostgresContent {
  /** Tells it from others. */
  readonly name: string;
  write(url: string): Promise<void>;
}

/** @returns the folder that the cluster is in */
async function layOutCluster(content?: PostgresContent): Promise<string> {
  const folder = makeFolder();
  const cluster = join(folder, 'cluster');
  await (content
    ? layOut(`postgresql-${content.name}`, cluster, (empty) => fillCluster(empty, content))
    : layOut('postgresql', cluster, makeCluster));
  return folder;
}

async function fillCluster(empty: string, { write }: PostgresContent): Promise<void> {
  const server = await serve(await layOutCluster());
  await write(server.url);
  await server.end();
  await copyFolder(server.cluster, empty);
  await server.stop();
}

async function makeCluster(empty: string): Promise<void> {
  const folder = makeFolder();
  const initialize = ['--username', 'postgres', '--auth', 'trust', '--no-sync', '--encoding', 'UTF8', '--no-locale'];
  const account = { ...unprivilegedAccount(), cwd: folder };
  execFileSync(program('initdb'), ['--pgdata', join(folder, 'cluster'), ...initialize], {
    ...account,
    stdio: 'ignore',
  });
  const server = await serve(folder);
  for (const statement of [
    'create role commonhold login createrole nosuperuser nobypassrls',
    'create database commonhold owner commonhold',
  ]) {
    execFileSync(program('psql'), ['-h', folder, '-U', 'postgres', '-c', statement], account);
  }
  await server.end();
  await copyFolder(server.cluster, empty);
  await server.stop();
}

/** The cluster in `folder`. */
async function serve(folder: string): Promise<TestPostgres & { readonly cluster: string; end(): Promise<void> }> {
  const cluster = join(folder, 'cluster');
  const server = spawn(
    program('postgres'),
    ['-D', cluster, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...unprivilegedAccount(), cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(server, 'exit');
  await new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (line: string) => {
      if (line.includes('ready to accept connections')) resolve();
    });
    void exited.then(() => reject(new Error('PostgreSQL did not start')));
  });
  const address = (role: string): string =>
    `postgres://${role}@localhost/commonhold?host=${encodeURIComponent(folder)}`;
  const end = async (): Promise<void> => {
    server.kill('SIGINT');
    await exited;
  };
  return {
    url: address('commonhold'),
    superuserUrl: address('postgres'),
    cluster,
    requirePasswords: () => {
      writeFileSync(join(cluster, 'pg_hba.conf'), 'local all postgres trust\nlocal all all scram-sha-256\n');
      server.kill('SIGHUP');
    },
    end,
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One that the server may write to. */
function makeFolder(): string {
  const account = unprivilegedAccount();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
  return folder;
}

function program(name: string): string {
  const [version] = readdirSync(PROGRAMS).toSorted((a, b) => Number(b) - Number(a));
  if (version === undefined) throw new Error(`PostgreSQL is not installed under ${PROGRAMS}`);
  return join(PROGRAMS, version, 'bin', name);
}

/** PostgreSQL refuses to run as root: there it runs as Debian's user `postgres`. */
function unprivilegedAccount(): { uid: number; gid: number } | { uid?: undefined; gid?: undefined } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
