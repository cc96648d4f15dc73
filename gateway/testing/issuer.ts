/** For tests: an OpenID provider that signs whatever it is asked to, right or wrong. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { listenOnFreePort } from './listen.ts';
import { createLoginPages, LOGIN_METADATA, type TestPerson } from './login-pages.ts';

/** Claims or header parameters; those that are undefined are left out. */
export type Changes = Readonly<Record<string, unknown>>;

export interface TestIssuer {
  readonly url: string;
  /** A good token but for the changes; signed with the key that is published under `kid` `first`. */
  sign(changes?: Changes, header?: Changes, key?: CryptoKey | Uint8Array): Promise<string>;
  /** Everything that a good token of a person has. */
  claims(): JWTPayload;
  /** Published as well, under `kid` `other`, for the algorithm ES384. */
  readonly otherKey: CryptoKey;
  /** The public key as it is published. */
  publicKeyText(): string;
  /** How often the keys were fetched. */
  keyFetches(): number;
  /** Publishes a second key, `kid` `second`. */
  rotate(): Promise<CryptoKey>;
  /** Who is logged in in a browser, where the login is a click. */
  person: TestPerson;
  /** Answers nothing but 500 until called with `false`. */
  fail(isFailing: boolean): void;
  stop(): Promise<void>;
}

export async function startTestIssuer(audience: string): Promise<TestIssuer> {
  const first = await generateKeyPair('ES256', { extractable: true });
  const other = await generateKeyPair('ES384', { extractable: true });
  const keys = [
    { ...(await exportJWK(first.publicKey)), kid: 'first', alg: 'ES256', use: 'sig' },
    { ...(await exportJWK(other.publicKey)), kid: 'other', alg: 'ES384', use: 'sig' },
  ];
  let fetches = 0;
  let isFailing = false;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') fetches += 1;
    if (isFailing) return response.writeHead(500).end();
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'dpop');
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    const handled = pages.handle(request, response);
    if (handled) return handled.catch(() => response.writeHead(400).end());
    const metadata = { issuer: url, jwks_uri: `${url}/jwks`, ...endpoints(url), ...LOGIN_METADATA };
    const body = request.url === '/jwks' ? { keys } : metadata;
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  const { port, stop } = await listenOnFreePort(server);
  const url = `http://localhost:${port}`;
  const claims = (): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: url,
      aud: audience,
      sub: 'ada',
      client_id: 'frontend',
      tenant: 'northgate',
      acr: 'urn:commonhold:acr:mfa',
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: now,
      iat: now,
      exp: now + 300,
      jti: randomUUID(),
    };
  };
  const sign: TestIssuer['sign'] = (changes = {}, header = {}, key = first.privateKey) =>
    new SignJWT({ ...claims(), ...changes })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'first', ...header })
      .sign(key);
  const pages = createLoginPages({ person: () => issuer.person, sign });
  const issuer: TestIssuer = {
    url,
    claims,
    sign,
    person: { subject: 'ada', tenant: 'northgate', secondsSinceLogin: 0 },
    otherKey: other.privateKey,
    publicKeyText: () => JSON.stringify(keys[0]),
    keyFetches: () => fetches,
    rotate: async () => {
      const second = await generateKeyPair('ES256', { extractable: true });
      keys.push({ ...(await exportJWK(second.publicKey)), kid: 'second', alg: 'ES256', use: 'sig' });
      return second.privateKey;
    },
    fail: (failing) => {
      isFailing = failing;
    },
    stop,
  };
  return issuer;
}

function endpoints(url: string) {
  return { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
}
