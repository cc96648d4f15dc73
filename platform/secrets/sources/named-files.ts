/**
 * Where nothing else is named, as in development: each secret in a file of its own, named by a variable. Secrets towards
 * partners lie sealed under the master key in the data folder (`sealed-files.ts`).
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SecretName, SecretSource } from '../secret-source.ts';
import { readFileGenerations } from './file-generations.ts';

const VARIABLES: Partial<Record<SecretName, string>> = {
  'master-key': 'MASTER_KEY_FILE',
  'mail-password': 'SMTP_PASSWORD_FILE',
  'database-password': 'DATABASE_PASSWORD_FILE',
  'redis-password': 'REDIS_PASSWORD_FILE',
};

export function namedFiles(environment: NodeJS.ProcessEnv): SecretSource {
  return {
    read: async (name) => {
      const variable = VARIABLES[name];
      const file = name === 'master-key' ? masterKeyFile(environment) : variable && environment[variable];
      if (!file) return undefined;
      return readFileGenerations({ file, called: `The file named by ${variable}` });
    },
  };
}

/** Where the master key lies: `MASTER_KEY_FILE`, by default in the user's configuration folder. */
export function masterKeyFile(environment: NodeJS.ProcessEnv): string {
  const configuration = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return environment['MASTER_KEY_FILE'] ?? join(configuration, 'commonhold', 'master.key');
}
