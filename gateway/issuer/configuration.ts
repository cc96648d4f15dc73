/** What the issuer is told from outside. Parsed once, at start. */
import { ports } from '@commonhold/platform/addresses.ts';
import { isProduction, readConfiguration } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';

export interface IssuerConfiguration {
  /** The issuer identifier: its public address, without a slash at the end. */
  readonly url: string;
  /** Where it listens. `localhost` unless it runs behind a TLS proxy in production. */
  readonly host: string;
  readonly port: number;
  /** The one resource (RFC 8707) that access tokens are for. */
  readonly audience: string;
  readonly isProduction: boolean;
  /** Whether personas and sample services are made. Never in production. */
  readonly seedsDevelopment: boolean;
  readonly explorer: RedirectAddresses;
  readonly frontend: RedirectAddresses;
  readonly keys: { readonly maximumAgeSeconds: number; readonly overlapSeconds: number };
  readonly guesses: { readonly perAccount: number; readonly perAddress: number; readonly windowSeconds: number };
}

/** Where a browser may be sent back to after a login and after a logout. */
export interface RedirectAddresses {
  readonly login: readonly string[];
  readonly logout: readonly string[];
}

const SECONDS_PER_DAY = 86_400;

/** @throws {StartupError} naming the variable that is missing, wrong, or not allowed in production. */
export function readIssuerConfiguration(environment: NodeJS.ProcessEnv): IssuerConfiguration {
  const { ISSUER_PORT, GATEWAY_PORT } = ports(environment);
  const gateway = `http://localhost:${GATEWAY_PORT}`;
  const frontend = `http://localhost:${GATEWAY_PORT + 1}`;
  const production = isProduction(environment);
  const read = readConfiguration(
    z.object({
      ISSUER_URL: address.default(`http://localhost:${ISSUER_PORT}`),
      ISSUER_HOST: z.string().min(1).default('localhost'),
      AUDIENCE: z.url().default(`${gateway}/graphql`),
      DEVELOPMENT_SEED: z.string().optional(),
      EXPLORER_REDIRECT_URIS: addresses.default([`${gateway}/explorer/callback`]),
      EXPLORER_LOGOUT_URIS: addresses.default([`${gateway}/graphql`]),
      FRONTEND_REDIRECT_URIS: addresses.default(production ? [] : [`${frontend}/callback`]),
      FRONTEND_LOGOUT_URIS: addresses.default(production ? [] : [frontend]),
      ISSUER_KEY_DAYS: z.coerce.number().positive().default(30),
      ISSUER_KEY_OVERLAP_SECONDS: z.coerce.number().int().positive().default(900),
      ISSUER_GUESSES_PER_ACCOUNT: z.coerce.number().int().positive().default(10),
      ISSUER_GUESSES_PER_ADDRESS: z.coerce.number().int().positive().default(100),
      ISSUER_GUESSES_WINDOW_SECONDS: z.coerce.number().int().positive().default(900),
    }),
    environment,
  );
  const seedsDevelopment = read.DEVELOPMENT_SEED !== undefined;
  if (production) refuseDevelopmentSettings(read.ISSUER_URL, seedsDevelopment);
  return {
    url: read.ISSUER_URL,
    host: read.ISSUER_HOST,
    port: ISSUER_PORT,
    audience: read.AUDIENCE,
    isProduction: production,
    seedsDevelopment,
    explorer: { login: read.EXPLORER_REDIRECT_URIS, logout: read.EXPLORER_LOGOUT_URIS },
    frontend: { login: read.FRONTEND_REDIRECT_URIS, logout: read.FRONTEND_LOGOUT_URIS },
    keys: {
      maximumAgeSeconds: read.ISSUER_KEY_DAYS * SECONDS_PER_DAY,
      overlapSeconds: read.ISSUER_KEY_OVERLAP_SECONDS,
    },
    guesses: {
      perAccount: read.ISSUER_GUESSES_PER_ACCOUNT,
      perAddress: read.ISSUER_GUESSES_PER_ADDRESS,
      windowSeconds: read.ISSUER_GUESSES_WINDOW_SECONDS,
    },
  };
}

const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, ''));

const addresses = z
  .string()
  .transform((list) => list.split(',').map((url) => url.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/ })));

function refuseDevelopmentSettings(url: string, seedsDevelopment: boolean): void {
  if (seedsDevelopment) {
    throw new StartupError(
      'DEVELOPMENT_SEED is set, and production must not hold personas whose passwords can be derived',
      'unset the variable',
    );
  }
  if (!url.startsWith('https://')) {
    throw new StartupError(
      'ISSUER_URL does not begin with https://',
      'set it to the address of the TLS proxy in front of the issuer',
    );
  }
}
