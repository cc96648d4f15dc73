/** What services ask for tokens by: over mutual TLS, and nothing else is there. */
import type { ProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import { openServicesDoor, type ServicesDoor } from '@commonhold/platform/tls/services-door.ts';
import type { FastifyInstance } from 'fastify';
import type { IssuerConfiguration } from './configuration.ts';
import { SERVICES_ENDPOINTS } from './protocol/clients.ts';

export async function openDoorForServices(
  app: FastifyInstance,
  { servicesDoor, host }: IssuerConfiguration,
  { masterKey, secrets }: Pick<ProcessSecrets, 'masterKey' | 'secrets'>,
): Promise<ServicesDoor | undefined> {
  if (!servicesDoor) return undefined;
  const paths: ReadonlySet<string> = new Set(Object.values(SERVICES_ENDPOINTS));
  return openServicesDoor({
    identity: await followIdentity('issuer', servicesDoor.tlsDirectory, masterKey, secrets, 'tls.issuer.services'),
    host,
    port: servicesDoor.port,
    answer: (request, response) => {
      if (paths.has(request.url ?? '')) app.routing(request, response);
      else response.writeHead(404).end();
    },
  });
}
