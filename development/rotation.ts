/** Rotates the secrets of a development set-up while it runs. Each step waits until every process has seen the one before. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { masterKeyFile } from '@commonhold/platform/secrets/sources/named-files.ts';
import { readSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { rotatePartnerKeys } from './partner-keys.ts';
import { firstMasterKeyFile, loadPersonaKey } from './persona-key.ts';
import { SAMPLE_SERVICES } from './personas.ts';
import { encryptDoorKeysAnew, encryptKeysAnew, rotateCertificates, rotateServicesCertificates } from './pki.ts';
import { servicesTlsDirectory } from './service-certificate.ts';

export interface SetUp {
  readonly environment: NodeJS.ProcessEnv;
  readonly data: string;
  /** How often processes look. */
  readonly pollSeconds: number;
}

/** Until every process has looked since now. */
const untilSeen = ({ pollSeconds }: SetUp): Promise<void> => wait(pollSeconds * 2_000 + 500);

export async function rotateMasterKey(setUp: SetUp): Promise<void> {
  const { environment, data } = setUp;
  const file = masterKeyFile(environment);
  const current = await readFile(file, 'utf8');
  if (await stat(`${file}.previous`).catch(() => undefined)) {
    throw new StartupError('The master key before is still there', 'run `npm run secrets -- retire master-key` first');
  }
  await writeFile(firstMasterKeyFile(environment), current, { mode: 0o600, flag: 'wx' }).catch(unlessThere);
  await replace(`${file}.previous`, current);
  await replace(file, `${randomBytes(32).toString('base64url')}\n`);
  await untilSeen(setUp);
  const masterKey = await loadMasterKey(environment);
  await encryptKeysAnew(join(data, 'tls'), masterKey);
  await encryptDoorKeysAnew(servicesTlsDirectory(data), masterKey);
  const envelope = createEnvelope(masterKey.ring('envelope:services'));
  for (const { clientId } of SAMPLE_SERVICES) {
    await readSealedFile({
      file: join(data, 'services', `${clientId}.jwk.sealed`),
      place: `service:${clientId}`,
      envelope,
    });
  }
}

/** The companies' keys towards partners, which we know before a partner does, and those of their webhooks. */
export async function rotatePartners(setUp: SetUp): Promise<void> {
  await rotatePartnerKeys(setUp.data, await loadMasterKey(setUp.environment), () => untilSeen(setUp));
}

/**
 * The certificates of our own processes, of the doors for companies' services and of the sample services, and their
 * authorities: each is trusted before anybody shows a certificate of it.
 */
export async function rotateTls(setUp: SetUp): Promise<void> {
  const { environment, data } = setUp;
  const masterKey = await loadMasterKey(environment);
  const seen = (): Promise<void> => untilSeen(setUp);
  await Promise.all([
    rotateCertificates(join(data, 'tls'), masterKey, seen),
    rotateServicesCertificates(servicesTlsDirectory(data), masterKey, await loadPersonaKey(environment), seen),
  ]);
}

/** A replica that looked last may have sealed under the old one until then. */
const LEAST_AGE_SECONDS = 120;

/** @param outdated how many texts are left at each store @throws {StartupError} when something needs it still */
export async function retireMasterKey(
  { environment, data, pollSeconds }: SetUp,
  outdated: Readonly<Record<string, number | undefined>>,
): Promise<void> {
  const file = masterKeyFile(environment);
  const { mtime } = await stat(file);
  if (Date.now() - mtime.getTime() < (LEAST_AGE_SECONDS + 3 * pollSeconds) * 1000) {
    throw new StartupError('The master key is too new for the one before to go', 'wait some minutes');
  }
  for (const [store, left] of Object.entries(outdated)) {
    if (left !== 0) throw new StartupError(`${left ?? 'Unknown'} texts are left at ${store}`, 'wait, or see its log');
  }
  const [unsealed] = await filesToSealAnew(environment, data);
  if (unsealed !== undefined) throw new StartupError(`${unsealed} is sealed under the old key`, 'let its process run');
  await unlink(`${file}.previous`);
}

/** @returns files of the data folder that are sealed under another generation */
export async function filesToSealAnew(environment: NodeJS.ProcessEnv, data: string): Promise<readonly string[]> {
  const masterKey = await loadMasterKey(environment);
  const places = [
    ['partners', 'envelope:partners'],
    ['services', 'envelope:services'],
    ['audit', 'envelope:audit'],
    ['dead-letters', 'envelope:dead-letters'],
  ] as const;
  const found = await Promise.all(
    places.map(async ([folder, purpose]) => {
      const mark = createEnvelope(masterKey.ring(purpose)).mark();
      const names = await readdir(join(data, folder), { recursive: true }).catch(() => []);
      const sealed = names.filter((name) => /\.sealed(\.previous)?$/.test(name));
      const texts = await Promise.all(sealed.map((name) => readFile(join(data, folder, name), 'utf8')));
      return sealed.filter((_, index) => !texts[index]?.startsWith(mark)).map((name) => join(folder, name));
    }),
  );
  return found.flat();
}

async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, file);
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
