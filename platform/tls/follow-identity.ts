/**
 * An identity that is rotated without a restart: its files are looked at again and again, new connections are made with
 * what they hold now, and old ones end by themselves.
 *
 * Files that don't fit each other, because they are just being replaced, change nothing: they are looked at once more.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MasterKey } from '../secrets/master-key.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { StartupError } from '../startup-error.ts';
import {
  type IdentityFiles,
  openIdentity,
  readIdentityFiles,
  type ServiceIdentity,
  type ServiceName,
} from './identity.ts';

/** @throws {StartupError} as `loadIdentity` */
export async function followIdentity(
  name: ServiceName,
  directory: string,
  masterKey: MasterKey,
  secrets: Secrets,
  called = `tls.${name}`,
): Promise<ServiceIdentity> {
  const read = async () => {
    const files = await readIdentityFiles(name, directory);
    const { mtime } = await stat(join(directory, `${name}.crt`));
    return [{ value: JSON.stringify(files), madeAt: mtime }] as const;
  };
  const secret = await secrets.follow(called, read);
  if (!secret)
    throw new StartupError(`The TLS files of ${name} are missing`, 'set TLS_DIR to the folder that holds them');
  const listeners: (() => void)[] = [];
  const open = (): ServiceIdentity =>
    openIdentity(name, JSON.parse(secret.current().value) as IdentityFiles, masterKey);
  let current = open();
  secret.onChange(() => {
    current = open();
    for (const listener of listeners) listener();
  });
  return {
    name,
    get certificate() {
      return current.certificate;
    },
    get keyId() {
      return current.keyId;
    },
    get privateKey() {
      return current.privateKey;
    },
    get authority() {
      return current.authority;
    },
    now: () => current,
    onChange: (listener) => listeners.push(listener),
  };
}
