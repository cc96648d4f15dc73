/** What the issuer is told from outside. Parsed once, at start. */
import { join } from 'node:path';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { isProduction, readConfiguration } from '@commonhold/platform/configuration.ts';
import { problemOfAddress } from '@commonhold/platform/internet-addresses.ts';
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
  /** Where the directory listens; https. */
  readonly directoryOrigin: string;
  readonly tlsDirectory: string;
  /** Where companies' services come with their certificates (RFC 8705); undefined: none gets a token. */
  readonly servicesDoor: ServicesDoorConfiguration | undefined;
  /** Where what it counts is read, by a process of ours with its certificate; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** Whether personas and sample services are made. Never in production. */
  readonly seedsDevelopment: boolean;
  readonly explorer: RedirectAddresses;
  readonly frontend: RedirectAddresses;
  /** Where clients are told of logouts, server to server. */
  readonly logoutAddresses: ReadonlyMap<string, string>;
  readonly keys: { readonly maximumAgeSeconds: number; readonly overlapSeconds: number };
  readonly passkeys: RelyingParty;
  /** How old a login may be that changes what one logs in with. */
  readonly freshSeconds: number;
  readonly guesses: { readonly perAccount: number; readonly perAddress: number; readonly windowSeconds: number };
}

export interface ServicesDoorConfiguration {
  readonly port: number;
  /** Its public address, without a slash at the end. */
  readonly url: string;
  /** Holds `ca.crt`, the authority of their certificates, and `issuer.crt` and `issuer.key`, what the door shows. */
  readonly tlsDirectory: string;
}

/** Whom passkeys are made for, and the one origin that they are used from (WebAuthn, section 5.1.2). */
export interface RelyingParty {
  /** A domain: the issuer's host, or one above it. */
  readonly id: string;
  readonly origin: string;
}

/** Where a browser may be sent back to after a login and after a logout. */
export interface RedirectAddresses {
  readonly login: readonly string[];
  readonly logout: readonly string[];
}

const SECONDS_PER_DAY = 86_400;

/** @throws {StartupError} naming the variable that is missing, wrong, or not allowed in production. */
export function readIssuerConfiguration(environment: NodeJS.ProcessEnv): IssuerConfiguration {
  const { ISSUER_PORT, ISSUER_SERVICES_PORT, ISSUER_METRICS_PORT, GATEWAY_PORT, DIRECTORY_PORT } = ports(environment);
  const gateway = `http://localhost:${GATEWAY_PORT}`;
  const frontend = `http://localhost:${GATEWAY_PORT + 1}`;
  const production = isProduction(environment);
  const read = readConfiguration(
    z.object({
      ISSUER_URL: address.default(`http://localhost:${ISSUER_PORT}`),
      ISSUER_HOST: z.string().min(1).default('localhost'),
      SERVICES_TLS_DIR: z.string().min(1).optional(),
      ISSUER_SERVICES_URL: z
        .url({ protocol: /^https$/ })
        .transform(withoutSlash)
        .default(`https://localhost:${ISSUER_SERVICES_PORT}`),
      AUDIENCE: z.url().default(`${gateway}/graphql`),
      DIRECTORY_URL: z.url({ protocol: /^https$/ }).default(`https://localhost:${DIRECTORY_PORT}`),
      TLS_DIR: z
        .string()
        .min(1)
        .default(join(dataDirectory(environment), 'tls')),
      DEVELOPMENT_SEED: z.string().optional(),
      EXPLORER_REDIRECT_URIS: addresses.default([`${gateway}/explorer/callback`]),
      EXPLORER_LOGOUT_URIS: addresses.default([`${gateway}/graphql`]),
      FRONTEND_REDIRECT_URIS: addresses.default(production ? [] : [`${frontend}/callback`]),
      FRONTEND_LOGOUT_URIS: addresses.default(production ? [] : [frontend]),
      FRONTEND_BACKCHANNEL_LOGOUT_URI: z.url({ protocol: /^https?$/ }).optional(),
      ISSUER_FRESH_SECONDS: z.coerce.number().int().positive().default(300),
      ISSUER_RP_ID: z.string().min(1).optional(),
      ISSUER_KEY_DAYS: z.coerce.number().positive().default(30),
      ISSUER_KEY_OVERLAP_SECONDS: z.coerce.number().int().positive().default(900),
      ISSUER_GUESSES_PER_ACCOUNT: z.coerce.number().int().positive().default(10),
      ISSUER_GUESSES_PER_ADDRESS: z.coerce.number().int().positive().default(100),
      ISSUER_GUESSES_WINDOW_SECONDS: z.coerce.number().int().positive().default(900),
    }),
    environment,
  );
  const seedsDevelopment = read.DEVELOPMENT_SEED !== undefined;
  if (production) {
    refuseDevelopmentSettings(read.ISSUER_URL, seedsDevelopment);
    refuseHastyKeys(read.ISSUER_KEY_OVERLAP_SECONDS);
  }
  const frontendLogout = read.FRONTEND_BACKCHANNEL_LOGOUT_URI;
  if (production && frontendLogout !== undefined) refuseInside(frontendLogout);
  return {
    url: read.ISSUER_URL,
    host: read.ISSUER_HOST,
    port: ISSUER_PORT,
    audience: read.AUDIENCE,
    isProduction: production,
    directoryOrigin: new URL(read.DIRECTORY_URL).origin,
    tlsDirectory: read.TLS_DIR,
    servicesDoor:
      read.SERVICES_TLS_DIR === undefined
        ? undefined
        : { port: ISSUER_SERVICES_PORT, url: read.ISSUER_SERVICES_URL, tlsDirectory: read.SERVICES_TLS_DIR },
    metricsPort: environment['ISSUER_METRICS_PORT'] === undefined ? undefined : ISSUER_METRICS_PORT,
    seedsDevelopment,
    explorer: { login: read.EXPLORER_REDIRECT_URIS, logout: read.EXPLORER_LOGOUT_URIS },
    frontend: { login: read.FRONTEND_REDIRECT_URIS, logout: read.FRONTEND_LOGOUT_URIS },
    logoutAddresses: new Map(frontendLogout === undefined ? [] : [['frontend', frontendLogout]]),
    keys: {
      maximumAgeSeconds: read.ISSUER_KEY_DAYS * SECONDS_PER_DAY,
      overlapSeconds: read.ISSUER_KEY_OVERLAP_SECONDS,
    },
    freshSeconds: read.ISSUER_FRESH_SECONDS,
    passkeys: relyingParty(new URL(read.ISSUER_URL), read.ISSUER_RP_ID),
    guesses: {
      perAccount: read.ISSUER_GUESSES_PER_ACCOUNT,
      perAddress: read.ISSUER_GUESSES_PER_ADDRESS,
      windowSeconds: read.ISSUER_GUESSES_WINDOW_SECONDS,
    },
  };
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '');
const address = z.url({ protocol: /^https?$/ }).transform(withoutSlash);

const addresses = z
  .string()
  .transform((list) => list.split(',').map((url) => url.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/ })));

/** @param id default: the issuer's host, so that no other host can ask for its passkeys */
function relyingParty({ hostname, origin }: URL, id = hostname): RelyingParty {
  if (hostname !== id && !hostname.endsWith(`.${id}`)) {
    throw new StartupError(
      'ISSUER_RP_ID is neither the host of ISSUER_URL nor a domain above it, so that browsers would refuse its passkeys',
      'unset the variable, or name such a domain',
    );
  }
  return { id, origin };
}

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

/** A gateway waits half as long before it reads the keys again, and would refuse what a key unknown to it signed. */
const LEAST_OVERLAP_SECONDS = 60;

function refuseHastyKeys(overlapSeconds: number): void {
  if (overlapSeconds >= LEAST_OVERLAP_SECONDS) return;
  throw new StartupError(
    `ISSUER_KEY_OVERLAP_SECONDS is ${overlapSeconds}, and keys would sign before gateways know them`,
    `set it to ${LEAST_OVERLAP_SECONDS} or more, or unset it`,
  );
}

function refuseInside(logoutAddress: string): void {
  const problem = problemOfAddress(logoutAddress, false);
  if (problem === undefined) return;
  throw new StartupError(
    `FRONTEND_BACKCHANNEL_LOGOUT_URI ${problem}`,
    'name where the frontend is reached from outside',
  );
}
