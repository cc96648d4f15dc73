/** Environment variables → what the directory needs to start. */

import { join } from 'node:path';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { isProduction, readConfiguration } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';

export interface DirectoryConfiguration {
  readonly port: number;
  readonly dataDirectory: string;
  readonly tlsDirectory: string;
  /** PostgreSQL's address; undefined: embedded. */
  readonly databaseUrl: string | undefined;
  /** Whether to put the sample estate in place. */
  readonly seedsDevelopment: boolean;
}

const schema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, hostname: /.*/ }).optional(),
  DEVELOPMENT_SEED: z.enum(['0', '1']).default('0'),
  TLS_DIR: z.string().min(1).optional(),
});

/** @throws {StartupError} naming the variable that is missing or wrong */
export function readDirectoryConfiguration(environment: NodeJS.ProcessEnv): DirectoryConfiguration {
  const { DATABASE_URL, DEVELOPMENT_SEED, TLS_DIR } = readConfiguration(schema, environment);
  if (DEVELOPMENT_SEED === '1' && isProduction(environment)) {
    throw new StartupError('DEVELOPMENT_SEED is set in production', 'unset it, or set NODE_ENV to something else');
  }
  const data = dataDirectory(environment);
  return {
    port: ports(environment).DIRECTORY_PORT,
    dataDirectory: data,
    tlsDirectory: TLS_DIR ?? join(data, 'tls'),
    databaseUrl: DATABASE_URL,
    seedsDevelopment: DEVELOPMENT_SEED === '1',
  };
}
