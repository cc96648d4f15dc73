/** Writes to the log what oidc-provider tells: kinds of error and ids of clients, never a parameter or a message. */
import type { Log } from '@commonhold/platform/log.ts';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** @returns the same provider */
export function reportEvents(provider: Provider, log: Log): Provider {
  const refusal = (event: string) => (context: KoaContextWithOIDC, error: Error) =>
    log.info({ event, client: context.oidc.client?.clientId, reason: error.message });
  provider.on('grant.error', refusal('token refused'));
  provider.on('authorization.error', refusal('authorization refused'));
  provider.on('end_session.error', refusal('logout refused'));
  provider.on('grant.success', (context) =>
    log.info({ event: 'token issued', client: context.oidc.client?.clientId, grant: grantType(context) }),
  );
  provider.on('server_error', (_context, err) => log.error({ event: 'provider failed', err }));
  return provider;
}

function grantType({ oidc }: KoaContextWithOIDC): string {
  return String(oidc.params?.['grant_type'] ?? '');
}
