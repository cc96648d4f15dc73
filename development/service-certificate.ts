/**
 * The client certificates of the sample services (RFC 8705). In development both ends live on one machine: the private key
 * lies encrypted at `<data>/services/tls/<clientId>.key`, for `npm run token` and `npm run query`.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { Agent, request } from 'undici';

/** PEM, all of them: what a service shows, and whose certificates it accepts of the doors that it comes to. */
export interface ServiceCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** Where certificates of services, their authority, and those of the doors lie. */
export function servicesTlsDirectory(data: string): string {
  return join(data, 'services', 'tls');
}

export function certificatePassphrase(masterKey: MasterKey, clientId: string): string {
  return Buffer.from(masterKey.derive(`tls:service:${clientId}`)).toString('base64url');
}

/** @throws {Error} when there is none yet, or it belongs to another master key. */
export async function readServiceCertificate(
  directory: string,
  masterKey: MasterKey,
  clientId: string,
): Promise<ServiceCertificate> {
  const first = await readPair(directory, masterKey, clientId);
  // The files don't fit each other for the moment in which they are replaced.
  if (isPair(first)) return first;
  await wait(MOMENT_MILLISECONDS);
  const again = await readPair(directory, masterKey, clientId);
  if (!isPair(again)) throw new Error(`the certificate of ${clientId} is not that of its key`);
  return again;
}

const MOMENT_MILLISECONDS = 200;

function isPair({ cert, key }: ServiceCertificate): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

async function readPair(directory: string, masterKey: MasterKey, clientId: string): Promise<ServiceCertificate> {
  const [cert, encrypted, ca] = await Promise.all(
    [`${clientId}.crt`, `${clientId}.key`, 'ca.crt'].map((file) => readFile(join(directory, file), 'utf8')),
  );
  const key = createPrivateKey({ key: encrypted ?? '', passphrase: certificatePassphrase(masterKey, clientId) });
  return { cert: cert ?? '', key: String(key.export({ type: 'pkcs8', format: 'pem' })), ca: ca ?? '' };
}

/** `fetch` that shows the certificate; each call over a connection of its own, as a program that is started for it. */
export function fetchOverMutualTls(certificate: ServiceCertificate): typeof fetch {
  return async (input, { method = 'GET', headers, body } = {}) => {
    const dispatcher = new Agent({ connect: { ...certificate } });
    try {
      const answer = await request(String(input), {
        dispatcher,
        method,
        headers: Object.fromEntries(new Headers(headers)),
        body: body === undefined || body === null ? null : String(body),
      });
      const text = await answer.body.text();
      const told = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]);
      return new Response(NO_BODY.has(answer.statusCode) ? null : text, { status: answer.statusCode, headers: told });
    } finally {
      await dispatcher.close();
    }
  };
}

const NO_BODY: ReadonlySet<number> = new Set([204, 304]);
