/**
 * What personas' passwords and TOTP secrets, and the passphrases of sample services' certificates follow from: the first
 * master key of the set-up, so that a rotation locks nobody out of it.
 */
import { readFile } from 'node:fs/promises';
import { createMasterKey, loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { masterKeyFile } from '@commonhold/platform/secrets/sources/named-files.ts';

/** Where `npm run secrets -- rotate master-key` keeps the first one. */
export function firstMasterKeyFile(environment: NodeJS.ProcessEnv): string {
  return `${masterKeyFile(environment)}.first`;
}

export async function loadPersonaKey(environment: NodeJS.ProcessEnv): Promise<MasterKey> {
  const first = await readFile(firstMasterKeyFile(environment), 'utf8').catch(() => undefined);
  return first === undefined ? loadMasterKey(environment) : createMasterKey([{ value: first, madeAt: new Date(0) }]);
}
