/**
 * The keys of each sample company towards each partner, made on first start: the private halves sealed for the
 * company, the public halves as each sandbox partner knows its clients; and the keys that partners sign webhooks with.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { webhookKeyFile, webhookKeyPlace } from '@commonhold/kit/webhooks/company-webhook-key.ts';
import { createEnvelope, type Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { type SealedFile, writeSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { COMPANIES } from './estate.ts';

const PARTNERS = ['smart-home', 'communal'];

/**
 * Writes what is missing of `<data>/partners/<partner>/<company>.jwks.sealed`, `<company>.webhook.sealed` and
 * `<data>/sandbox/<partner>/clients.json`; keys that are there are kept.
 *
 * @throws {Error} when keys that are there were sealed under another master key
 */
export async function ensurePartnerKeys(dataDirectory: string, masterKey: MasterKey): Promise<void> {
  const envelope = createEnvelope(masterKey.ring('envelope:partners'));
  for (const partner of PARTNERS) {
    const clients = [];
    for (const { key: company } of COMPANIES) {
      const keys = await ensureKeys(dataDirectory, envelope, partner, company);
      await ensureWebhookKey(dataDirectory, envelope, partner, company);
      clients.push({ clientId: `commonhold-${company}`, company, jwks: { keys: keys.map(publicHalf) } });
    }
    const file = join(dataDirectory, 'sandbox', partner, 'clients.json');
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const unfinished = await writeBeside(file, `${JSON.stringify({ clients }, undefined, 2)}\n`);
    await rename(unfinished, file);
  }
}

/**
 * New keys of each company towards each partner, beside those that are there. The partner is told when we can open what
 * it encrypts for them.
 */
export async function rotatePartnerKeys(
  dataDirectory: string,
  masterKey: MasterKey,
  untilSeen: () => Promise<void>,
): Promise<void> {
  const envelope = createEnvelope(masterKey.ring('envelope:partners'));
  const published = new Map<string, readonly object[]>();
  for (const partner of PARTNERS) {
    const clients = [];
    for (const { key: company } of COMPANIES) {
      const file = join(dataDirectory, 'partners', partner, `${company}.jwks.sealed`);
      const place = `partners/${partner}/${company}`;
      const before = await envelope.open((await readFile(file, 'utf8')).trim(), place);
      const made = await Promise.all([generateKey('ES256', 'sig'), generateKey('ECDH-ES', 'enc')]);
      await writeSealedFile({ file: `${file}.previous`, place, envelope }, before);
      await writeSealedFile({ file, place, envelope }, JSON.stringify({ keys: made }));
      await rotateWebhookKey(dataDirectory, envelope, partner, company);
      const keys = [...made, ...JSON.parse(before).keys].map(publicHalf);
      clients.push({ clientId: `commonhold-${company}`, company, jwks: { keys } });
    }
    published.set(partner, clients);
  }
  await untilSeen();
  for (const [partner, clients] of published) {
    const file = join(dataDirectory, 'sandbox', partner, 'clients.json');
    await rename(await writeBeside(file, `${JSON.stringify({ clients }, undefined, 2)}\n`), file);
  }
  await untilSeen();
}

async function ensureKeys(data: string, envelope: Envelope, partner: string, company: string): Promise<readonly JWK[]> {
  const file = join(data, 'partners', partner, `${company}.jwks.sealed`);
  const text = await ensureSealed({ file, place: `partners/${partner}/${company}`, envelope }, async () => {
    const keys = await Promise.all([generateKey('ES256', 'sig'), generateKey('ECDH-ES', 'enc')]);
    return JSON.stringify({ keys });
  });
  return JSON.parse(text).keys;
}

async function ensureWebhookKey(data: string, envelope: Envelope, partner: string, company: string): Promise<void> {
  const sealed = { file: webhookKeyFile(data, partner, company), place: webhookKeyPlace(partner, company), envelope };
  await ensureSealed(sealed, async () => generateWebhookKey());
}

/** The partner signs with both, and both are taken, whoever reads the new one first. */
async function rotateWebhookKey(data: string, envelope: Envelope, partner: string, company: string): Promise<void> {
  const file = webhookKeyFile(data, partner, company);
  const place = webhookKeyPlace(partner, company);
  const before = await envelope.open((await readFile(file, 'utf8')).trim(), place);
  await writeSealedFile({ file: `${file}.previous`, place, envelope }, before);
  await writeSealedFile({ file, place, envelope }, generateWebhookKey());
}

/** What is there, or what is made now. */
async function ensureSealed({ file, place, envelope }: SealedFile, make: () => Promise<string>): Promise<string> {
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present !== undefined) return envelope.open(present.trim(), place);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = await writeBeside(file, `${await envelope.seal(await make(), place)}\n`);
  // A link, unlike a rename, fails when another start was quicker: its keys are the ones then.
  await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(unfinished);
  return envelope.open((await readFile(file, 'utf8')).trim(), place);
}

function generateWebhookKey(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

async function generateKey(algorithm: string, use: 'sig' | 'enc'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'P-256', extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use, alg: use === 'sig' ? algorithm : 'ECDH-ES+A256KW' };
}

function publicHalf({ d: _, ...jwk }: JWK): JWK {
  return jwk;
}

async function writeBeside(file: string, content: string): Promise<string> {
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, content, { mode: 0o600 });
  return unfinished;
}
