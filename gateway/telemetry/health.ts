/** Whether the gateway lives, and whether it can serve: issuer and directory answer too. */
import type { FastifyInstance } from 'fastify';

export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

const REMEMBERED_MILLISECONDS = 2_000;

/** @param checks by name; each throws when what it looks at isn't there */
export function registerHealth(server: FastifyInstance, checks: HealthChecks): void {
  const check = remember(checks);
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const results = await check();
    const isReady = Object.values(results).every((result) => result === 'ready');
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks: results });
  });
}

type Results = Readonly<Record<string, 'ready' | 'not ready'>>;

/** Whoever asks often causes no more requests than whoever asks now and then. */
function remember(checks: HealthChecks): () => Promise<Results> {
  let last: { readonly at: number; readonly results: Promise<Results> } | undefined;
  return () => {
    if (!last || Date.now() - last.at > REMEMBERED_MILLISECONDS) last = { at: Date.now(), results: run(checks) };
    return last.results;
  };
}

async function run(checks: HealthChecks): Promise<Results> {
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
