/** Makes the development master key on first start, readable by its owner alone. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { masterKeyFile } from '@commonhold/platform/secrets/sources/named-files.ts';

export async function ensureMasterKey(environment: NodeJS.ProcessEnv): Promise<void> {
  const file = masterKeyFile(environment);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
