/** `SECRETS` → where secrets come from. */
import { z } from 'zod';
import { isProduction, readConfiguration } from '../configuration.ts';
import { StartupError } from '../startup-error.ts';
import { GREATEST_SECRET_BYTES, type SecretSource } from './secret-source.ts';
import { namedFiles } from './sources/named-files.ts';
import { readProtectedFile } from './sources/protected-file.ts';
import type { VaultLogin } from './sources/vault.ts';

const settings = z.object({
  SECRETS: z
    .string()
    .regex(/^(file|age):\/.|^vault:https?:\/\/./, 'such as file:/run/secrets/commonhold')
    .optional(),
  SECRETS_IDENTITY_FILE: z.string().min(1).optional(),
  VAULT_TOKEN_FILE: z.string().min(1).optional(),
  VAULT_ROLE_ID: z.string().min(1).optional(),
  VAULT_SECRET_ID_FILE: z.string().min(1).optional(),
  VAULT_CA_FILE: z.string().min(1).optional(),
});

type Settings = z.output<typeof settings>;

/**
 * Only the source that is used is loaded: each costs start-up time.
 *
 * @throws {StartupError} when a variable is wrong, or the source can't be reached
 */
export async function chooseSource(environment: NodeJS.ProcessEnv): Promise<SecretSource> {
  const read = readConfiguration(settings, environment);
  if (read.SECRETS === undefined) return namedFiles(environment);
  const [kind, where] = divide(read.SECRETS);
  if (kind === 'file') return (await import('./sources/mounted-files.ts')).openMountedFiles(where);
  if (kind === 'age') return (await import('./sources/age-file.ts')).openAgeFile(where, ageIdentity(read));
  const { openVault } = await import('./sources/vault.ts');
  return openVault({
    address: vaultAddress(where, environment),
    login: vaultLogin(read),
    authority: read.VAULT_CA_FILE && (await contentOf(read.VAULT_CA_FILE, 'VAULT_CA_FILE')),
  });
}

function divide(text: string): [kind: string, where: string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function ageIdentity({ SECRETS_IDENTITY_FILE }: Settings): string {
  if (SECRETS_IDENTITY_FILE !== undefined) return SECRETS_IDENTITY_FILE;
  throw new StartupError('SECRETS names a file of age', 'name the file of its identity by SECRETS_IDENTITY_FILE');
}

function vaultAddress(where: string, environment: NodeJS.ProcessEnv): URL {
  const address = URL.parse(where);
  if (!address || `${address.username}${address.password}${address.search}` !== '') {
    throw new StartupError('SECRETS names no address of Vault', 'such as vault:https://vault.example/v1/secret/data/x');
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  if (address.protocol !== 'https:' && !(isLocal && !isProduction(environment))) {
    throw new StartupError('SECRETS names Vault without TLS', 'use https');
  }
  return address;
}

function vaultLogin({ VAULT_TOKEN_FILE, VAULT_ROLE_ID, VAULT_SECRET_ID_FILE }: Settings): VaultLogin {
  if (VAULT_ROLE_ID !== undefined && VAULT_SECRET_ID_FILE !== undefined) {
    const secretId = () => contentOf(VAULT_SECRET_ID_FILE, 'VAULT_SECRET_ID_FILE');
    return { method: 'approle', roleId: VAULT_ROLE_ID, secretId };
  }
  if (VAULT_TOKEN_FILE !== undefined) {
    return { method: 'token', token: () => contentOf(VAULT_TOKEN_FILE, 'VAULT_TOKEN_FILE') };
  }
  throw new StartupError(
    'SECRETS names Vault without a login',
    'set VAULT_TOKEN_FILE, or VAULT_ROLE_ID and VAULT_SECRET_ID_FILE',
  );
}

async function contentOf(file: string, variable: string): Promise<string> {
  const found = await readProtectedFile({
    file,
    called: `The file named by ${variable}`,
    greatestBytes: GREATEST_SECRET_BYTES,
  });
  if (!found) throw new StartupError(`The file named by ${variable} is missing`, 'put it there');
  return found.bytes.toString('utf8').trim();
}
