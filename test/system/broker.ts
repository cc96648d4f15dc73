/**
 * Logs each persona in once, by the real login, and keeps its token fresh for all test files: a TOTP code can be used
 * only once, so that test files that logged in by themselves would wait for each other.
 */
import { createServer } from 'node:http';
import type { HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken, refreshToken, type Tokens } from '@commonhold/development/obtain-token.ts';
import { decodeJwt, type JWK } from 'jose';
import { givePasskey } from './strong-login.ts';

export interface Broker {
  stop(): Promise<void>;
}

/** What the broker answers. */
export interface BrokeredToken {
  readonly accessToken: string;
  /** The private key that it is bound to. */
  readonly key: JWK | undefined;
}

const LEAST_SECONDS_LEFT = 60;

/**
 * `GET /?persona=<login name or client id>[&fresh=1]` answers with a `BrokeredToken`; `[&strong=1]` with one of a login by
 * passkey just now.
 */
export async function startBroker(port: number, environment: NodeJS.ProcessEnv): Promise<Broker> {
  const known = new Map<string, Promise<Tokens>>();
  const passkeys = new Map<string, Promise<() => Promise<HeldToken>>>();

  const tokens = async (persona: string, isFresh: boolean): Promise<Tokens> => {
    const before = isFresh ? undefined : known.get(persona);
    const next = before
      ? before.then((held) => (isLasting(held) ? held : refreshToken({ environment, email: persona, tokens: held })))
      : obtainToken({ environment, email: persona });
    known.set(persona, next);
    next.catch(() => known.delete(persona));
    return next;
  };

  const strongToken = async (persona: string): Promise<HeldToken> => {
    const passkey = passkeys.get(persona) ?? givePasskey(environment, persona);
    passkeys.set(persona, passkey);
    passkey.catch(() => passkeys.delete(persona));
    return (await passkey)();
  };

  const server = createServer((request, response) => {
    // A test that computes for seconds would go on over a connection that has been closed meanwhile.
    response.shouldKeepAlive = false;
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const persona = searchParams.get('persona') ?? '';
    (searchParams.has('strong') ? strongToken(persona) : tokens(persona, searchParams.has('fresh'))).then(
      ({ accessToken, key }) => {
        const token: BrokeredToken = { accessToken, key: key?.privateJwk };
        response.end(JSON.stringify(token));
      },
      (error: unknown) =>
        response.writeHead(500).end(error instanceof Error ? (error.stack ?? error.message) : 'failed'),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isLasting({ accessToken }: Tokens): boolean {
  return (decodeJwt(accessToken).exp ?? 0) - Date.now() / 1000 > LEAST_SECONDS_LEFT;
}
