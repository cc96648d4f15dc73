/** Environment variables → what the directory needs to start. */

import { join } from 'node:path';
import { readStaleSeconds } from '@commonhold/platform/access-feed/known-versions.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { isProduction, readConfiguration } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';

export interface DirectoryConfiguration {
  readonly port: number;
  readonly dataDirectory: string;
  readonly tlsDirectory: string;
  /** Where people log in, such as `http://localhost:4100`. */
  readonly issuerUrl: string;
  /** How old what is known of changes of access may be. */
  readonly staleSeconds: number;
  /** Whether to put the sample estate in place. */
  readonly seedsDevelopment: boolean;
}

const schema = z.object({
  /** Read with the secret that goes with it (`platform/secrets/server-passwords.ts`). */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, hostname: /.*/ }).optional(),
  ISSUER_URL: z
    .url({ protocol: /^https?$/ })
    .transform((value) => value.replace(/\/+$/, ''))
    .optional(),
  DEVELOPMENT_SEED: z.enum(['0', '1']).default('0'),
  TLS_DIR: z.string().min(1).optional(),
});

/** @throws {StartupError} naming the variable that is missing or wrong */
export function readDirectoryConfiguration(environment: NodeJS.ProcessEnv): DirectoryConfiguration {
  const { DEVELOPMENT_SEED, ISSUER_URL, TLS_DIR } = readConfiguration(schema, environment);
  if (DEVELOPMENT_SEED === '1' && isProduction(environment)) {
    throw new StartupError('DEVELOPMENT_SEED is set in production', 'unset it, or set NODE_ENV to something else');
  }
  const data = dataDirectory(environment);
  const addresses = ports(environment);
  return {
    port: addresses.DIRECTORY_PORT,
    dataDirectory: data,
    tlsDirectory: TLS_DIR ?? join(data, 'tls'),
    issuerUrl: ISSUER_URL ?? `http://localhost:${addresses.ISSUER_PORT}`,
    staleSeconds: readStaleSeconds(environment),
    seedsDevelopment: DEVELOPMENT_SEED === '1',
  };
}
