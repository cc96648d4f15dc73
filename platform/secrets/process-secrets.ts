/** What a process's composition root begins with: its secrets, the master key among them. */
import type { Log } from '../log.ts';
import { type MasterKey, openMasterKey } from './master-key.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { followServers, type ServerAddresses } from './server-passwords.ts';

export interface ProcessSecrets {
  readonly secrets: Secrets;
  readonly masterKey: MasterKey;
  /** PostgreSQL and Redis, with the passwords of this moment. */
  readonly servers: ServerAddresses;
}

/**
 * @throws {StartupError} when a secret is missing, open to others, or can't be read
 *
 * @example
 * const { secrets, masterKey, servers } = await openProcessSecrets(process.env, log);
 */
export async function openProcessSecrets(environment: NodeJS.ProcessEnv, log: Log): Promise<ProcessSecrets> {
  const secrets = await openSecrets(environment, log);
  return {
    secrets,
    masterKey: await openMasterKey(secrets),
    servers: await followServers(environment, secrets),
  };
}
