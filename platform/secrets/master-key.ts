/**
 * The one key that all other secrets on disk are encrypted under.
 *
 * It comes from a file, `MASTER_KEY_FILE`, that nobody but its owner may read, and that lies outside the data folder:
 * whoever copies the data folder has nothing. Development makes the file on first start (`development/master-key.ts`).
 */
import { hkdfSync } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../startup-error.ts';

/** 32 bytes, and what they are for is always named: a derived key never serves two purposes. */
export interface MasterKey {
  /** A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869), such as `envelope:directory`. */
  derive(purpose: string): Uint8Array;
}

/** Where the master key lies: `MASTER_KEY_FILE`, by default in the user's configuration folder. */
export function masterKeyFile(environment: NodeJS.ProcessEnv): string {
  const configuration = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return environment['MASTER_KEY_FILE'] ?? join(configuration, 'commonhold', 'master.key');
}

/**
 * Reads the master key.
 *
 * @throws {StartupError} when the file is missing, readable by others, or not 32 bytes in base64url.
 */
export async function loadMasterKey(environment: NodeJS.ProcessEnv): Promise<MasterKey> {
  const file = masterKeyFile(environment);
  const { mode } = await stat(file).catch(() => {
    throw new StartupError(
      'The file named by MASTER_KEY_FILE is missing',
      'create it with 32 random bytes in base64url',
    );
  });
  if ((mode & 0o077) !== 0) {
    throw new StartupError('The file named by MASTER_KEY_FILE can be read by others', 'set its mode to 0600');
  }
  const bytes = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url');
  if (bytes.length !== 32) {
    throw new StartupError(
      'The file named by MASTER_KEY_FILE is broken',
      'it has to hold 32 random bytes in base64url',
    );
  }
  return { derive: (purpose) => new Uint8Array(hkdfSync('sha256', bytes, 'commonhold', purpose, 32)) };
}
