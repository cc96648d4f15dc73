/** Where the door for webhooks is, and what it shows: a certificate that the partner trusts. */
import { readConfiguration } from '@commonhold/platform/configuration.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { z } from 'zod';

export interface DoorPlace {
  readonly identity: ServiceIdentity;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface DoorPlaceOptions {
  /** Who the subgraph is towards our own services. */
  readonly identity: ServiceIdentity;
  readonly port: number;
  readonly masterKey: MasterKey;
  readonly secrets: Secrets;
}

const schema = z.object({
  WEBHOOKS_HOST: z.string().min(1).default('localhost'),
  WEBHOOKS_TLS_DIR: z.string().min(1).optional(),
});

/**
 * `WEBHOOKS_HOST`, and the certificate in `WEBHOOKS_TLS_DIR`, in files as in `TLS_DIR`; without it the subgraph's own, which
 * sandbox partners trust.
 *
 * @throws {StartupError} as `followIdentity`
 */
export async function configuredDoor(
  environment: NodeJS.ProcessEnv,
  { identity, port, masterKey, secrets }: DoorPlaceOptions,
): Promise<DoorPlace> {
  const { WEBHOOKS_HOST: host, WEBHOOKS_TLS_DIR: directory } = readConfiguration(schema, environment);
  if (directory === undefined) return { identity, host, port };
  const called = `tls.${identity.name}.webhooks`;
  return { identity: await followIdentity(identity.name, directory, masterKey, secrets, called), host, port };
}
