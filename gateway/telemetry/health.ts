/** Whether the gateway lives, and whether it can serve: issuer and directory answer too. */
import type { FastifyInstance } from 'fastify';

export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

const REMEMBERED_MILLISECONDS = 2_000;

export type HealthResults = Readonly<Record<string, 'ready' | 'not ready'>>;

export function registerHealth(server: FastifyInstance, check: () => Promise<HealthResults>): void {
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const results = await check();
    const isReady = Object.values(results).every((result) => result === 'ready');
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks: results });
  });
}

/** Whoever asks often causes no more requests than whoever asks now and then. */
export function rememberHealth(check: () => Promise<HealthResults>): () => Promise<HealthResults> {
  let last: { readonly at: number; readonly results: Promise<HealthResults> } | undefined;
  return () => {
    if (!last || Date.now() - last.at > REMEMBERED_MILLISECONDS) last = { at: Date.now(), results: check() };
    return last.results;
  };
}

/** @param checks by name; each throws when what it looks at isn't there */
export async function checkHealth(checks: HealthChecks): Promise<HealthResults> {
  const entries = Object.entries(checks).map(
    async ([name, check]): Promise<[string, 'ready' | 'not ready']> => [
      name,
      await check().then(
        () => 'ready' as const,
        () => 'not ready' as const,
      ),
    ],
  );
  return Object.fromEntries(await Promise.all(entries));
}
