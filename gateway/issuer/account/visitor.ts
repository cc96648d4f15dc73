/** Who opens the account page: whoever has logged in at the issuer in this browser. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import type { LoginSessions } from '../sessions/login-sessions.ts';

export interface AccountVisitor {
  readonly subject: string;
  /** Key of the company. */
  readonly tenant: string;
  /** What `LoginSession.browser` is for this very browser. */
  readonly browser: string;
  /** When both factors were asked for last. */
  readonly loggedInAt: Date;
  /** What every form of the page has to send back: another site can't know it. */
  readonly formToken: string;
}

export type FindVisitor = (request: FastifyRequest, reply: FastifyReply) => Promise<AccountVisitor | undefined>;

export interface VisitorOptions {
  readonly provider: () => Provider;
  readonly sessions: LoginSessions;
  /** The company of an account that may log in at this instant, and whose login of that second goes on. */
  readonly activeTenantOf: (subject: string, loggedInAt: number) => Promise<string | undefined>;
  readonly formKey: Uint8Array;
}

export function createFindVisitor({ provider, sessions, activeTenantOf, formKey }: VisitorOptions): FindVisitor {
  return async (request, reply) => {
    const { Session } = provider();
    const session = await Session.get(provider().createContext(request.raw, reply.raw));
    const { accountId: subject, loginTs, uid } = session;
    if (!subject || !loginTs) return undefined;
    const tenant = await activeTenantOf(subject, loginTs);
    if (tenant === undefined) return undefined;
    return {
      subject,
      tenant,
      browser: sessions.browserOf(uid),
      loggedInAt: new Date(loginTs * 1000),
      formToken: createHmac('sha256', formKey).update(`account-form:${uid}`).digest('base64url'),
    };
  };
}

/** Whether a form of the page itself was sent. */
export function isOwnForm({ formToken }: AccountVisitor, sent: string): boolean {
  return timingSafeEqual(digest(formToken), digest(sent));
}

/**
 * Where a browser logs in, to come back to the account page. The code that it brings back is of no use to anybody: what
 * it would have to be exchanged with is thrown away at once. The page goes by the session.
 *
 * @param issuer its address
 * @param maximumAgeSeconds how old the login may be; left out: as old as a session gets
 */
export function loginAddress(issuer: string, maximumAgeSeconds?: number): string {
  const parameters = new URLSearchParams({
    client_id: 'account',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${issuer}/account`,
    code_challenge: digest(randomBytes(32)).toString('base64url'),
    code_challenge_method: 'S256',
    ...(maximumAgeSeconds === undefined ? {} : { max_age: String(maximumAgeSeconds) }),
  });
  return `${issuer}/auth?${parameters}`;
}

function digest(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest();
}
