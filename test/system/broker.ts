/**
 * Logs each persona in once, by the real login, and keeps its token fresh for all test files: a TOTP code can be used
 * only once, so that test files that logged in by themselves would wait for each other.
 */
import { createServer } from 'node:http';
import { obtainToken, refreshToken, type Tokens } from '@commonhold/development/obtain-token.ts';
import { decodeJwt } from 'jose';

export interface Broker {
  stop(): Promise<void>;
}

const LEAST_SECONDS_LEFT = 60;

/** `GET /?persona=<login name or client id>[&fresh=1]` answers with an access token. */
export async function startBroker(port: number, environment: NodeJS.ProcessEnv): Promise<Broker> {
  const known = new Map<string, Promise<Tokens>>();

  const tokens = async (persona: string, isFresh: boolean): Promise<Tokens> => {
    const before = isFresh ? undefined : known.get(persona);
    const next = before
      ? before.then((held) => (isLasting(held) ? held : refreshToken({ environment, email: persona, tokens: held })))
      : obtainToken({ environment, email: persona });
    known.set(persona, next);
    next.catch(() => known.delete(persona));
    return next;
  };

  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    tokens(searchParams.get('persona') ?? '', searchParams.has('fresh')).then(
      ({ accessToken }) => response.end(accessToken),
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
