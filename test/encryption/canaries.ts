/** What must leave no trace: the secrets of a product, and the personal values of its generated records. */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSandboxEstate } from '@commonhold/communal/sandbox/estate.ts';
import { COMPANIES } from '@commonhold/development/estate.ts';
import {
  COLLEAGUES,
  NEWCOMERS,
  PERSONAS,
  personaPassword,
  personaTotpSecret,
  SAMPLE_SERVICES,
} from '@commonhold/development/personas.ts';
import {
  certificatePassphrase,
  readServiceCertificate,
  servicesTlsDirectory,
} from '@commonhold/development/service-certificate.ts';
import { companyRows } from '@commonhold/directory/seed/estate.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { keyPassphrase, loadIdentity, type ServiceName } from '@commonhold/platform/tls/identity.ts';
import { Secret } from 'otpauth';
import type { TestEnvironment } from '../system/product.ts';
import type { Canary } from './traces.ts';

const PURPOSES = [
  'envelope:directory',
  'envelope:issuer',
  'envelope:gateway',
  'envelope:partners',
  'envelope:services',
  'audit',
];
const SERVICES: readonly ServiceName[] = [
  'gateway',
  'directory',
  'smart-home',
  'communal',
  'smart-home-sandbox',
  'communal-sandbox',
];

const WITH_FACTOR = [...PERSONAS, ...COLLEAGUES];

/** Personal values of records that are made up anew by each start; they stand nowhere. */
export function personalCanaries(): readonly Canary[] {
  const people = COMPANIES.flatMap((company) => companyRows(company, new Date()).people);
  const { accounts, serviceRequests } = createSandboxEstate(new Date());
  const logins = new Set(WITH_FACTOR.map(({ email }) => email));
  return [
    ...people.flatMap(({ name, email, phone }) => [
      { kind: 'name of a person', value: name },
      { kind: 'telephone number', value: phone },
      ...(logins.has(email) ? [] : [{ kind: 'e-mail address', value: email }]),
    ]),
    ...[...accounts.values()].flatMap(({ personal }) => [
      { kind: 'account number', value: personal.number },
      { kind: 'account holder', value: personal.holderName },
    ]),
    ...[...serviceRequests.values()].map(({ description }) => ({
      kind: 'description of a request',
      value: description,
    })),
  ];
}

/** Personal all the same, but they stand in the repository, for whoever tries the product. */
export const LOGIN_NAMES: readonly Canary[] = [...WITH_FACTOR, ...NEWCOMERS].map(({ email }) => ({
  kind: 'login name',
  value: email,
}));

/** Every secret that a product has from its start on. */
export async function secretCanaries(environment: TestEnvironment): Promise<readonly Canary[]> {
  const masterKey = await loadMasterKey({ ...environment });
  const masterKeyText = (await readFile(environment.MASTER_KEY_FILE, 'utf8')).trim();
  return [
    { kind: 'master key', value: masterKeyText },
    { kind: 'master key', value: Buffer.from(masterKeyText, 'base64url') },
    ...PURPOSES.map((purpose) => ({ kind: `key for ${purpose}`, value: masterKey.derive(purpose) })),
    ...[...WITH_FACTOR, ...NEWCOMERS].map(({ email }) => ({
      kind: 'password',
      value: personaPassword(masterKey, email),
    })),
    ...WITH_FACTOR.flatMap(({ email }) => totpSecret(personaTotpSecret(masterKey, email))),
    ...(await Promise.all(SERVICES.map((service) => tlsKey(environment, masterKey, service)))).flat(),
    ...(
      await Promise.all(SAMPLE_SERVICES.map(({ clientId }) => certificateKey(environment, masterKey, clientId)))
    ).flat(),
    ...(await sealedKeys(environment, masterKey)),
  ];
}

export function totpSecret(secret: Uint8Array): readonly Canary[] {
  const { base32 } = new Secret({ buffer: new Uint8Array(secret).buffer });
  return [secret, base32].map((value) => ({ kind: 'TOTP secret', value }));
}

async function tlsKey(
  { DATA_DIR }: TestEnvironment,
  masterKey: MasterKey,
  service: ServiceName,
): Promise<readonly Canary[]> {
  const { privateKey } = await loadIdentity(service, `${DATA_DIR}/tls`, masterKey);
  const { d = '' } = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).export({ format: 'jwk' });
  return [
    { kind: 'passphrase of a private key', value: keyPassphrase(masterKey, service) },
    { kind: 'private key of a service', value: d },
    { kind: 'private key of a service', value: Buffer.from(d, 'base64url') },
  ];
}

/** What a service comes with over mutual TLS. */
async function certificateKey(
  { DATA_DIR }: TestEnvironment,
  masterKey: MasterKey,
  clientId: string,
): Promise<readonly Canary[]> {
  const { key } = await readServiceCertificate(servicesTlsDirectory(DATA_DIR), masterKey, clientId);
  const { d = '' } = createPrivateKey(key).export({ format: 'jwk' });
  return [
    { kind: 'passphrase of a private key', value: certificatePassphrase(masterKey, clientId) },
    { kind: 'private key of a service', value: d },
    { kind: 'private key of a service', value: Buffer.from(d, 'base64url') },
  ];
}

/** The companies' keys towards partners, and the keys of services that log in. */
async function sealedKeys({ DATA_DIR }: TestEnvironment, masterKey: MasterKey): Promise<readonly Canary[]> {
  const open = async (purpose: string, file: string, place: string): Promise<string> =>
    createEnvelope(masterKey.derive(purpose)).open((await readFile(`${DATA_DIR}/${file}`, 'utf8')).trim(), place);
  const texts = await Promise.all([
    ...COMPANIES.flatMap(({ key }) =>
      ['smart-home', 'communal'].map((partner) =>
        open('envelope:partners', `partners/${partner}/${key}.jwks.sealed`, `partners/${partner}/${key}`),
      ),
    ),
    ...SAMPLE_SERVICES.map(({ clientId }) =>
      open('envelope:services', `services/${clientId}.jwk.sealed`, `service:${clientId}`),
    ),
  ]);
  const privateKeys = texts
    .flatMap((text) => [...text.matchAll(/"d":"([\w-]+)"/g)])
    .flatMap(([, d = '']) => [d, Buffer.from(d, 'base64url')])
    .map((value) => ({ kind: 'private key of a client', value }));
  const webhookKeys = await Promise.all(
    COMPANIES.flatMap(({ key }) =>
      ['smart-home', 'communal'].map((partner) =>
        open('envelope:partners', `partners/${partner}/${key}.webhook.sealed`, `partners/${partner}/${key}/webhook`),
      ),
    ),
  );
  return [
    ...privateKeys,
    ...webhookKeys.map((value) => ({ kind: 'webhook key', value: value.slice('whsec_'.length) })),
  ];
}
