/** How the aggregator reaches the relays. */
import { join } from 'node:path';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { type PeerOptions, tlsTowards } from '@commonhold/platform/tls/peer.ts';

/** Whose certificate each of them has. */
export const RELAY = 'directory';

export async function tlsTowardsRelays(environment: NodeJS.ProcessEnv): Promise<PeerOptions> {
  const masterKey = await loadMasterKey(environment);
  return tlsTowards(await loadIdentity('gateway', join(dataDirectory(environment), 'tls'), masterKey), RELAY);
}
