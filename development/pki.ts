/**
 * The certificates of a development machine, each set made on first start and by an authority of its own: when one is
 * needed anew, the folder is removed and everything in it is made again.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { decryptKey, keyPassphrase, type ServiceName, spiffeId } from '@commonhold/platform/tls/identity.ts';
import { type CertifiedSubject, createAuthority } from './authority.ts';
import { SAMPLE_SERVICES } from './personas.ts';
import { certificatePassphrase } from './service-certificate.ts';

const SERVICES: readonly ServiceName[] = [
  'gateway',
  'issuer',
  'directory',
  'smart-home',
  'communal',
  'smart-home-sandbox',
  'communal-sandbox',
];
/** Those that companies' services come to. */
const DOORS: readonly ServiceName[] = ['gateway', 'issuer'];
const THIS_MACHINE = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
] as const;

/** Makes `directory` with `ca.crt` and a `.crt` and encrypted `.key` for each of our own processes, unless it is there. */
export async function ensurePki(directory: string, masterKey: MasterKey): Promise<void> {
  await ensureFolder(directory, AUTHORITY, ownSubjects(masterKey));
}

/**
 * The same for companies' services: a client certificate for each sample service, and what the doors show that they come
 * to. None of these certificates opens anything between our own processes, nor the other way round.
 */
export async function ensureServicesPki(directory: string, masterKey: MasterKey): Promise<void> {
  await ensureFolder(directory, SERVICES_AUTHORITY, [...doorSubjects(masterKey), ...serviceSubjects(masterKey)]);
}

/**
 * Certificates of a new authority in the place of those that are there. The authority before stays trusted until the next
 * rotation.
 *
 * @param untilSeen waits until every process has read the authority: none may be shown a certificate that it doesn't know
 */
export async function rotateCertificates(
  directory: string,
  masterKey: MasterKey,
  untilSeen: () => Promise<void>,
): Promise<void> {
  await rotateFolder(directory, AUTHORITY, ownSubjects(masterKey), untilSeen);
}

/** The same for the doors that companies' services come to, and for the sample services. @param personaKey theirs */
export async function rotateServicesCertificates(
  directory: string,
  masterKey: MasterKey,
  personaKey: MasterKey,
  untilSeen: () => Promise<void>,
): Promise<void> {
  const subjects = [...doorSubjects(masterKey), ...serviceSubjects(personaKey)];
  await rotateFolder(directory, SERVICES_AUTHORITY, subjects, untilSeen);
}

async function rotateFolder(
  directory: string,
  authorityName: string,
  subjects: readonly CertifiedSubject[],
  untilSeen: () => Promise<void>,
): Promise<void> {
  // Of two authorities of one name, TLS may try the wrong one.
  const authority = await createAuthority(`${authorityName} of ${new Date().toISOString()}`);
  const trusted = await readFile(join(directory, 'ca.crt'), 'utf8');
  const [before = ''] = trusted.split(/(?<=-----END CERTIFICATE-----)\s*/);
  await replace(join(directory, 'ca.crt'), `${authority.certificate.trim()}\n${before}\n`);
  await untilSeen();
  for (const subject of subjects) {
    const { certificate, key } = await authority.certify(subject);
    await replace(join(directory, `${subject.name}.key`), key);
    await replace(join(directory, `${subject.name}.crt`), certificate);
  }
  await untilSeen();
}

/** Private keys of our own processes, under the passphrase of the newest master key. */
export async function encryptKeysAnew(directory: string, masterKey: MasterKey): Promise<void> {
  await encryptAnew(directory, SERVICES, masterKey);
}

/** The same for what the doors show that companies' services come to. The services' own keys are theirs. */
export async function encryptDoorKeysAnew(directory: string, masterKey: MasterKey): Promise<void> {
  await encryptAnew(directory, DOORS, masterKey);
}

async function encryptAnew(directory: string, names: readonly ServiceName[], masterKey: MasterKey): Promise<void> {
  for (const name of names) {
    const passphrase = keyPassphrase(masterKey, name);
    const file = join(directory, `${name}.key`);
    const key = decryptKey(await readFile(file, 'utf8'), masterKey, name);
    await replace(file, key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }));
  }
}

const AUTHORITY = 'Commonhold development authority';
const SERVICES_AUTHORITY = "Commonhold development authority for companies' services";

function ownSubjects(masterKey: MasterKey) {
  return SERVICES.map(
    (name) =>
      ({
        name,
        uses: ['server', 'client'],
        alternativeNames: [...THIS_MACHINE, { type: 'url', value: spiffeId(name) }],
        passphrase: keyPassphrase(masterKey, name),
      }) satisfies CertifiedSubject,
  );
}

function doorSubjects(masterKey: MasterKey): readonly CertifiedSubject[] {
  return DOORS.map((name) => ({
    name,
    uses: ['server'],
    alternativeNames: THIS_MACHINE,
    passphrase: keyPassphrase(masterKey, name),
  }));
}

function serviceSubjects(personaKey: MasterKey): readonly CertifiedSubject[] {
  return SAMPLE_SERVICES.map(({ clientId }) => ({
    name: clientId,
    uses: ['client'],
    alternativeNames: [{ type: 'dns', value: `${clientId}.example` }],
    passphrase: certificatePassphrase(personaKey, clientId),
  }));
}

async function replace(file: string, content: string | Buffer): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, content, { mode: file.endsWith('.key') ? 0o600 : 0o644 });
  await rename(unfinished, file);
}

async function ensureFolder(directory: string, authorityName: string, subjects: readonly CertifiedSubject[]) {
  if (existsSync(directory)) return;
  const unfinished = `${directory}.${process.pid}`;
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  await mkdir(unfinished, { mode: 0o700 });
  const authority = await createAuthority(authorityName);
  await writeFile(join(unfinished, 'ca.crt'), authority.certificate);
  for (const subject of subjects) {
    const { certificate, key } = await authority.certify(subject);
    await writeFile(join(unfinished, `${subject.name}.crt`), certificate);
    await writeFile(join(unfinished, `${subject.name}.key`), key, { mode: 0o600 });
  }
  await rename(unfinished, directory).catch(() => rm(unfinished, { recursive: true }));
}
