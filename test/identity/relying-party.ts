/** A client that is told of logouts (OpenID Connect Back-Channel Logout 1.0), and looks closely at what it is told. */
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { listenOnFreePort } from '@commonhold/gateway/testing/listen.ts';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';

export interface RelyingParty {
  readonly address: string;
  /** The claims of logout tokens that came and were sound, in the order in which they came. */
  readonly told: readonly JWTPayload[];
  /** What came and wasn't. */
  readonly unsound: readonly unknown[];
  /** How it answers to a sound one; `hang`: not at all. */
  behaviour: number | 'hang';
  /** The path of every request, whatever became of it. */
  readonly requests: readonly string[];
  /** Waits for so many logouts. @throws {Error} after 15 seconds */
  untilTold(count: number): Promise<readonly JWTPayload[]>;
  stop(): Promise<void>;
}

const events = z.strictObject({ 'http://schemas.openid.net/event/backchannel-logout': z.strictObject({}) });

/** @param issuerOf where its keys are, when a logout comes */
export async function startRelyingParty(issuerOf: () => string): Promise<RelyingParty> {
  const told: JWTPayload[] = [];
  const unsound: unknown[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request.url ?? '');
    let body = '';
    for await (const chunk of request) body += chunk;
    try {
      const claims = await verifyLogout(new URLSearchParams(body).get('logout_token') ?? '', issuerOf());
      if (party.behaviour === 'hang') return;
      if (party.behaviour === 200 || party.behaviour === 204) told.push(claims);
      response
        .writeHead(party.behaviour, { location: `${party.address}/elsewhere`, 'cache-control': 'no-store' })
        .end();
    } catch (error) {
      unsound.push(error);
      response.writeHead(400).end();
    }
  });
  const { port, stop } = await listenOnFreePort(server);
  const party: RelyingParty = {
    address: `http://localhost:${port}/logout`,
    told,
    unsound,
    behaviour: 200,
    requests,
    untilTold: async (count) => {
      const deadline = Date.now() + 15_000;
      while (told.length < count) {
        if (Date.now() > deadline) throw new Error(`told ${told.length} times: ${unsound.map(String).join(', ')}`);
        await wait(20);
      }
      return told.slice(0, count);
    },
    stop,
  };
  return party;
}

/** Section 2.6. */
async function verifyLogout(token: string, issuer: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), {
    issuer,
    audience: 'frontend',
    typ: 'logout+jwt',
    algorithms: ['ES256'],
    maxTokenAge: '2 minutes',
    requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti', 'events', 'sub', 'sid'],
  });
  events.parse(payload['events']);
  if ('nonce' in payload) throw new Error('an ID token');
  return payload;
}
