/** For tests: a directory that knows which residences a partner may process, and nothing else. */
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { z } from 'zod';
import { createHttpsServer } from '../server/https-server.ts';
import { authenticateService } from '../server/service-authentication.ts';
import type { ConsentPartner } from '../tenancy/consents.ts';
import { type QuietChanges, serveQuietChanges } from './quiet-changes.ts';

export interface ConsentDirectoryForTests {
  readonly url: URL;
  /** Takes the consents of these residences back. */
  withdraw(...residences: readonly string[]): void;
  /** All consents are in force again. */
  restore(): void;
  /** What it tells of changes of access. */
  readonly changes: QuietChanges;
  stop(): Promise<void>;
}

const claims = z.object({ tenant: z.string() });
const question = z.object({ residences: z.array(z.string()).optional() });

/** @param residencesOf the residences of a company, all of which consent until they withdraw */
export async function startConsentDirectory(
  identity: ServiceIdentity,
  partner: ConsentPartner,
  residencesOf: (company: string) => readonly string[],
): Promise<ConsentDirectoryForTests> {
  const withdrawn = new Set<string>();
  const server = createHttpsServer(identity);
  server.post('/consents', async (request) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, [partner]));
    const known = new Set(residencesOf(tenant));
    const asked = (question.parse(request.body).residences ?? [...known]).filter((residence) => known.has(residence));
    return {
      residences: asked.filter((residence) => !withdrawn.has(residence)),
      refused: asked.filter((residence) => withdrawn.has(residence)),
    };
  });
  const changes = serveQuietChanges(server, identity, [partner]);
  const url = new URL(await server.listen({ port: 0, host: 'localhost' }));
  return {
    url: new URL(`https://localhost:${url.port}`),
    withdraw: (...residences) => {
      for (const residence of residences) withdrawn.add(residence);
    },
    restore: () => withdrawn.clear(),
    changes,
    stop: () => server.close(),
  };
}
