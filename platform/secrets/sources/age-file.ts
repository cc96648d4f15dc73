/**
 * One file with all secrets, encrypted by age (age-encryption.org/v1) for an identity that lies in another file:
 *
 * `{ "master-key": [{ "value": "…", "madeAt": "2026-11-24T09:00:00Z" }, <the one before>], … }`
 */
import { Decrypter } from 'age-encryption';
import { z } from 'zod';
import { StartupError } from '../../startup-error.ts';
import { GREATEST_SECRET_BYTES, type SecretSource } from '../secret-source.ts';
import { readProtectedFile } from './protected-file.ts';

const GREATEST_FILE_BYTES = 1024 * 1024;
const GREATEST_IDENTITY_BYTES = 8 * 1024;

const generation = z.strictObject({
  value: z.string().min(1).max(GREATEST_SECRET_BYTES),
  madeAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});
const contents = z.record(z.string(), z.tuple([generation]).or(z.tuple([generation, generation])));

/**
 * @param identityFile with a line `AGE-SECRET-KEY-1…`, as age-keygen writes it
 * @throws {StartupError} when a file is missing, open to others, or can't be decrypted
 */
export async function openAgeFile(file: string, identityFile: string): Promise<SecretSource> {
  const read = async (path: string, called: string, greatestBytes: number): Promise<Buffer> => {
    const found = await readProtectedFile({ file: path, called, greatestBytes });
    if (!found) throw new StartupError(`${called} is missing`, 'put it there, or correct the variable');
    return found.bytes;
  };
  const open = async (): Promise<z.output<typeof contents>> => {
    const [encrypted, identities] = await Promise.all([
      read(file, 'The file that SECRETS names', GREATEST_FILE_BYTES),
      read(identityFile, 'The file named by SECRETS_IDENTITY_FILE', GREATEST_IDENTITY_BYTES),
    ]);
    try {
      const decrypter = new Decrypter();
      for (const line of identities.toString('utf8').split(/\r?\n/)) {
        if (line.startsWith('AGE-SECRET-KEY-')) decrypter.addIdentity(line.trim());
      }
      return contents.parse(JSON.parse(await decrypter.decrypt(encrypted, 'text')));
    } catch {
      // Neither the library's message nor the parser's: both may hold what was read.
      throw new StartupError(
        'The file that SECRETS names is not for this identity, or does not hold what it should',
        'encrypt it for the identity of SECRETS_IDENTITY_FILE, in the form that platform/secrets/README.md gives',
      );
    }
  };
  await open();
  return {
    read: async (name) => {
      const all = await open();
      return Object.hasOwn(all, name) ? all[name] : undefined;
    },
  };
}
