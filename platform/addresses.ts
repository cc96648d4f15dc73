/**
 * Where each process listens. Every port follows from `PORT_BASE` (4000), and each can be set by itself.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { portNumber, readConfiguration } from './configuration.ts';

const OFFSETS = {
  GATEWAY_PORT: 0,
  GATEWAY_SERVICES_PORT: 2,
  GATEWAY_METRICS_PORT: 4,
  ISSUER_PORT: 100,
  ISSUER_SERVICES_PORT: 102,
  ISSUER_METRICS_PORT: 104,
  DIRECTORY_PORT: 201,
  SMART_HOME_PORT: 202,
  COMMUNAL_PORT: 203,
  SMART_HOME_WEBHOOKS_PORT: 206,
  COMMUNAL_WEBHOOKS_PORT: 207,
  SMART_HOME_SANDBOX_PORT: 302,
  COMMUNAL_SANDBOX_PORT: 303,
} as const;

export type PortName = keyof typeof OFFSETS;

/** The port of every process. @throws {StartupError} when a variable isn't a port. */
export function ports(environment: NodeJS.ProcessEnv): Readonly<Record<PortName, number>> {
  const { PORT_BASE } = readConfiguration(z.object({ PORT_BASE: portNumber.default(4000) }), environment);
  const entries = Object.entries(OFFSETS).map(([name, offset]) => [name, portNumber.default(PORT_BASE + offset)]);
  const schema = z.object(Object.fromEntries(entries) as Record<PortName, z.ZodDefault<typeof portNumber>>);
  return readConfiguration(schema, environment);
}

/** The folder for everything that outlives a process: `DATA_DIR`, by default `.data` in the project (git-ignored). */
export function dataDirectory(environment: NodeJS.ProcessEnv): string {
  return environment['DATA_DIR'] ?? join(fileURLToPath(new URL('..', import.meta.url)), '.data');
}
