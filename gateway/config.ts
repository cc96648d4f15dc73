/**
 * Environment variables and command-line flags → the gateway's typed, validated configuration. Parsed once, in `main.ts`.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readStaleSeconds } from '@commonhold/platform/access-feed/known-versions.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { isProduction, portNumber, readConfiguration } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';
import { type LoginRules, readLoginRules } from './authentication/login-strength.ts';
import { type OperationLimits, operationLimits } from './protection/operation-limits.ts';
import type { ProvisioningRates } from './provisioning/limits.ts';
import type { SubscriptionLimits } from './subscriptions/allowance.ts';

export interface GatewayConfiguration {
  readonly host: string;
  readonly port: number;
  /** Where clients reach the gateway, such as `http://localhost:4000`. */
  readonly publicOrigin: string;
  readonly supergraphFile: string;
  /** `optional`: whoever shows no token sees what asks for no rights. */
  readonly authentication: 'optional' | 'required';
  /** undefined: no issuer is configured, and every token is refused. */
  readonly issuer: IssuerConfiguration | undefined;
  /** What the explorer is called at the issuer. */
  readonly explorerClientId: string;
  readonly directoryOrigin: string;
  /** How old what is known of changes of access may be. */
  readonly staleSeconds: number;
  /** Where our own subgraphs listen, by name; goes before what the supergraph says. */
  readonly ownSubgraphs: Readonly<Record<OwnSubgraph, string>>;
  readonly tlsDirectory: string;
  /** Where companies' services come with their certificates (RFC 8705); undefined: there is no such door. */
  readonly servicesDoor: ServicesDoorConfiguration | undefined;
  /** Where what it counts is read, by a process of ours with its certificate; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** Whether it is also read at the public door, from this machine. Never in production. */
  readonly showsMetricsLocally: boolean;
  readonly dataDirectory: string;
  /** How many processes answer. 1: the process itself does. */
  readonly workers: number;
  /** Origins whose pages may call the gateway from a browser. */
  readonly allowedOrigins: readonly string[];
  readonly requestTimeoutMilliseconds: number;
  readonly provisioning: ProvisioningRates;
  readonly limits: OperationLimits;
  readonly subscriptions: SubscriptionLimits;
}

export interface ServicesDoorConfiguration {
  readonly port: number;
  /** Where services reach it, such as `https://localhost:4002`. */
  readonly publicOrigin: string;
  /** Holds `ca.crt`, the authority of their certificates, and `gateway.crt` and `gateway.key`, what the door shows. */
  readonly tlsDirectory: string;
}

export interface IssuerConfiguration {
  readonly url: URL;
  /** What has to stand in `aud`: the gateway as an OAuth resource (RFC 8707). */
  readonly audience: string;
  readonly loginRules: LoginRules;
  /** Whether plain http is accepted for an issuer on this machine. */
  readonly isPlainLocalhostAllowed: boolean;
}

export const OWN_SUBGRAPHS = ['directory', 'smart-home', 'communal'] as const;
export type OwnSubgraph = (typeof OWN_SUBGRAPHS)[number];

const toOrigin = (value: string): string => new URL(value).origin;
const origin = z.url({ protocol: /^https?$/ }).transform(toOrigin);
/** Where tokens and personal data go to. */
const encryptedOrigin = z.url({ protocol: /^https$/, error: 'has to begin with https' }).transform(toOrigin);

const variables = z.object({
  GATEWAY_HOST: z.string().min(1).default('localhost'),
  GATEWAY_ORIGIN: origin.optional(),
  SUPERGRAPH: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url))),
  AUTHENTICATION: z.enum(['optional', 'required']).default('required'),
  ISSUER_URL: z.url({ protocol: /^https?$/ }).optional(),
  EXPLORER_CLIENT_ID: z.string().min(1).default('explorer'),
  DIRECTORY_URL: encryptedOrigin.optional(),
  SMART_HOME_URL: encryptedOrigin.optional(),
  COMMUNAL_URL: encryptedOrigin.optional(),
  TLS_DIR: z.string().min(1).optional(),
  SERVICES_TLS_DIR: z.string().min(1).optional(),
  GATEWAY_SERVICES_ORIGIN: encryptedOrigin.optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.string()).transform((list) => list.filter((entry) => entry !== '')))
    .pipe(z.array(origin)),
  REQUEST_TIMEOUT_MS: z.coerce.number().int().min(100).max(120_000).default(10_000),
  GATEWAY_WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  PROVISIONING_PER_COMPANY: z.coerce.number().int().min(1).max(100_000).default(1_200),
  PROVISIONING_STRANGERS_PER_ADDRESS: z.coerce.number().int().min(1).max(100_000).default(60),
  SUBSCRIPTIONS_PER_PRINCIPAL: z.coerce.number().int().min(1).max(100_000).default(50),
  SUBSCRIPTIONS_PER_COMPANY: z.coerce.number().int().min(1).max(100_000).default(5_000),
  SUBSCRIPTION_QUEUE: z.coerce.number().int().min(1).max(10_000).default(500),
});

/**
 * @param arguments_ such as `['--supergraph', 'shop.graphql', '--port', '5000', '--authentication', 'optional']`; flags
 * go before the variables of the same meaning
 * @throws {StartupError} naming the flag or variable that is wrong
 */
export function readGatewayConfiguration(
  environment: NodeJS.ProcessEnv,
  arguments_: readonly string[],
): GatewayConfiguration {
  const flags = readFlags(arguments_);
  const settings = readConfiguration(variables, {
    ...environment,
    ...(flags.supergraph !== undefined && { SUPERGRAPH: flags.supergraph }),
    ...(flags.authentication !== undefined && { AUTHENTICATION: flags.authentication }),
  });
  const addresses = ports({ ...environment, ...(flags.port !== undefined && { GATEWAY_PORT: flags.port }) });
  const publicOrigin = settings.GATEWAY_ORIGIN ?? `http://localhost:${addresses.GATEWAY_PORT}`;
  const isSomeoneElses = flags.supergraph !== undefined && settings.AUTHENTICATION === 'optional';
  const issuerUrl = settings.ISSUER_URL ?? (isSomeoneElses ? undefined : `http://localhost:${addresses.ISSUER_PORT}`);
  const directoryOrigin = settings.DIRECTORY_URL ?? `https://localhost:${addresses.DIRECTORY_PORT}`;
  const data = dataDirectory(environment);
  return {
    host: settings.GATEWAY_HOST,
    port: addresses.GATEWAY_PORT,
    publicOrigin,
    supergraphFile: settings.SUPERGRAPH,
    authentication: settings.AUTHENTICATION,
    issuer: issuerUrl === undefined ? undefined : readIssuer(issuerUrl, `${publicOrigin}/graphql`, environment),
    explorerClientId: settings.EXPLORER_CLIENT_ID,
    directoryOrigin,
    staleSeconds: readStaleSeconds(environment),
    ownSubgraphs: {
      directory: `${directoryOrigin}/graphql`,
      'smart-home': `${settings.SMART_HOME_URL ?? `https://localhost:${addresses.SMART_HOME_PORT}`}/graphql`,
      communal: `${settings.COMMUNAL_URL ?? `https://localhost:${addresses.COMMUNAL_PORT}`}/graphql`,
    },
    tlsDirectory: settings.TLS_DIR ?? join(data, 'tls'),
    servicesDoor:
      settings.SERVICES_TLS_DIR === undefined
        ? undefined
        : {
            port: addresses.GATEWAY_SERVICES_PORT,
            publicOrigin: settings.GATEWAY_SERVICES_ORIGIN ?? `https://localhost:${addresses.GATEWAY_SERVICES_PORT}`,
            tlsDirectory: settings.SERVICES_TLS_DIR,
          },
    metricsPort: environment['GATEWAY_METRICS_PORT'] === undefined ? undefined : addresses.GATEWAY_METRICS_PORT,
    showsMetricsLocally: !isProduction(environment),
    dataDirectory: data,
    workers: settings.GATEWAY_WORKERS,
    allowedOrigins: settings.CORS_ORIGINS.length > 0 ? settings.CORS_ORIGINS : [publicOrigin],
    requestTimeoutMilliseconds: settings.REQUEST_TIMEOUT_MS,
    provisioning: {
      perCompany: settings.PROVISIONING_PER_COMPANY,
      strangersPerAddress: settings.PROVISIONING_STRANGERS_PER_ADDRESS,
    },
    limits: readConfiguration(operationLimits, environment),
    subscriptions: {
      perPrincipal: settings.SUBSCRIPTIONS_PER_PRINCIPAL,
      perCompany: settings.SUBSCRIPTIONS_PER_COMPANY,
      waiting: settings.SUBSCRIPTION_QUEUE,
    },
  };
}

interface Flags {
  readonly supergraph?: string | undefined;
  readonly port?: string | undefined;
  readonly authentication?: string | undefined;
}

function readFlags(arguments_: readonly string[]): Flags {
  const flags = parseFlags(arguments_);
  if (flags.port !== undefined && !portNumber.safeParse(flags.port).success) {
    throw new StartupError('The flag --port is not a port', 'give a number from 1 to 65535');
  }
  if (flags.authentication !== undefined && !['optional', 'required'].includes(flags.authentication)) {
    throw new StartupError('The flag --authentication is not valid', 'give optional or required');
  }
  return flags;
}

function parseFlags(arguments_: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...arguments_],
      options: { supergraph: { type: 'string' }, port: { type: 'string' }, authentication: { type: 'string' } },
    });
    return values;
  } catch {
    throw new StartupError(
      'A command-line flag is not known or has no value',
      'use --supergraph FILE, --port N and --authentication optional|required',
    );
  }
}

function readIssuer(url: string, defaultAudience: string, environment: NodeJS.ProcessEnv): IssuerConfiguration {
  const isPlainLocalhostAllowed = !isProduction(environment);
  const parsed = new URL(url);
  const isLocal = parsed.hostname === 'localhost' || parsed.hostname === '127.0.0.1';
  if (parsed.protocol !== 'https:' && !(isLocal && isPlainLocalhostAllowed)) {
    throw new StartupError('The issuer named by ISSUER_URL is not reached over https', 'give its https address');
  }
  const { AUDIENCE } = readConfiguration(
    z.object({ AUDIENCE: z.string().min(1).default(defaultAudience) }),
    environment,
  );
  return {
    url: parsed,
    audience: AUDIENCE,
    loginRules: readLoginRules(environment),
    isPlainLocalhostAllowed,
  };
}
