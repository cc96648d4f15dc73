/**
 * One process at a time in a folder: the embedded database has no lock of its own, and two writers would destroy it.
 *
 * The lock is a file that holds its owner's process id, as PostgreSQL's `postmaster.pid`. A file whose owner is gone is
 * taken over, so that a process that was killed can be started again at once.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the lock of the folder `name` in `parent`; undefined: another living process holds it. */
export async function lockFolder(parent: string, name: string): Promise<FolderLock | undefined> {
  const file = join(parent, `${name}.lock`);
  const take = (): Promise<boolean> =>
    writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
        throw error;
      },
    );

  if (!(await take())) {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (isAlive(owner)) return undefined;
    await rm(file, { force: true });
    if (!(await take())) return undefined;
  }
  return { release: () => rm(file, { force: true }) };
}

/** Our own id in a file that we didn't write is a former owner's: in a container every first process has the same. */
function isAlive(owner: number): boolean {
  if (!Number.isInteger(owner) || owner <= 0 || owner === process.pid) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
