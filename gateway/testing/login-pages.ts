/**
 * For tests: the browser's side of a test issuer. Whoever opens its page is logged in by a click, as the person that the
 * test names (authorization code with PKCE; tokens are bound to the key of a DPoP proof, where one comes).
 */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { Changes } from './issuer.ts';

export interface TestPerson {
  readonly subject: string;
  readonly tenant: string;
  /** How old the login is that a session at the issuer holds: good for whoever doesn't ask for a younger one. */
  readonly secondsSinceLogin: number;
  /** Whether the issuer says nothing better of a login, whatever it is asked for. */
  readonly isStubborn?: boolean;
}

export interface LoginPages {
  /** undefined: it is no request for them. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> | undefined;
}

export interface LoginPagesOptions {
  readonly person: () => TestPerson;
  /** Signs a token with these claims in the place of its own, and this header. */
  readonly sign: (claims: Changes, header?: Changes) => Promise<string>;
}

export const LOGIN_METADATA = {
  code_challenge_methods_supported: ['S256'],
  id_token_signing_alg_values_supported: ['ES256'],
  dpop_signing_alg_values_supported: ['ES256'],
  response_types_supported: ['code'],
};

const MFA = 'urn:commonhold:acr:mfa';
const exchange = z.object({ code: z.string(), code_verifier: z.string(), client_id: z.string() });

export function createLoginPages({ person, sign }: LoginPagesOptions): LoginPages {
  const codes = new Map<string, { readonly asked: URLSearchParams; readonly person: TestPerson }>();

  const goBack = (asked: URLSearchParams, response: ServerResponse, answer: Readonly<Record<string, string>>) => {
    const address = new URL(asked.get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries({ ...answer, state: asked.get('state') ?? '' })) {
      address.searchParams.set(name, value);
    }
    return response.writeHead(303, { location: address.href }).end();
  };

  const giveTokens = async (request: IncomingMessage, response: ServerResponse) => {
    const { code, code_verifier, client_id } = exchange.parse(
      Object.fromEntries(new URLSearchParams(await text(request))),
    );
    const login = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256').update(code_verifier).digest('base64url');
    if (!login || login.asked.get('code_challenge') !== challenge) {
      return response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant' }));
    }
    const claims = { sub: login.person.subject, ...loginClaims(login.asked, login.person) };
    const proof = request.headers['dpop'];
    const key = typeof proof === 'string' ? decodeProtectedHeader(proof).jwk : undefined;
    const cnf = key && { jkt: await calculateJwkThumbprint(key) };
    const idToken = { ...claims, aud: client_id, nonce: login.asked.get('nonce') ?? undefined, tenant: undefined };
    const tokens = {
      token_type: key ? 'DPoP' : 'Bearer',
      expires_in: 300,
      access_token: await sign({ ...claims, tenant: login.person.tenant, client_id, cnf }),
      id_token: await sign(idToken, { typ: 'JWT' }),
    };
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(tokens));
  };

  return {
    handle(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      switch (pathname) {
        case '/authorize':
          return Promise.resolve(response.setHeader('content-type', 'text/html').end(page(searchParams, person())));
        case '/authorize/done': {
          const code = randomUUID();
          codes.set(code, { asked: searchParams, person: person() });
          return Promise.resolve(goBack(searchParams, response, { code }));
        }
        case '/authorize/cancelled':
          return Promise.resolve(goBack(searchParams, response, { error: 'access_denied' }));
        case '/token':
          return giveTokens(request, response);
        default:
          return undefined;
      }
    },
  };
}

function loginClaims(asked: URLSearchParams, { secondsSinceLogin, isStubborn = false }: TestPerson) {
  const greatestAge = Number(asked.get('max_age') ?? Number.POSITIVE_INFINITY);
  const isOldEnough = isStubborn || secondsSinceLogin <= greatestAge;
  const [acr = MFA] = isStubborn ? [] : (asked.get('acr_values')?.split(' ') ?? []);
  return { acr, auth_time: Math.floor(Date.now() / 1000) - (isOldEnough ? secondsSinceLogin : 0) };
}

function page(asked: URLSearchParams, { subject }: TestPerson): string {
  const query = asked.toString().replaceAll('&', '&amp;');
  return `<!doctype html><html lang="en"><title>Test issuer</title>
<p><a href="/authorize/done?${query}">Log in as ${subject}</a></p>
<p><a href="/authorize/cancelled?${query}">Cancel</a></p></html>`;
}
