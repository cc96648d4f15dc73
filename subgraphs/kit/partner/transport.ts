/**
 * One HTTP exchange with a partner: a pool of connections to one origin, by mutual TLS unless the contract says otherwise,
 * no redirects, no compression, a bounded answer, a time for the whole exchange. What fails comes out as a `PartnerError`.
 */
import type { Socket } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { withinNetworks } from '@commonhold/platform/networks.ts';
import { type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { openServicePools } from '@commonhold/platform/tls/service-pools.ts';
import { buildConnector, Pool } from 'undici';
import type { ReachableContract } from './contract.ts';
import { PartnerError } from './partner-error.ts';

export interface Exchange {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with its query, as it goes over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Aborted when the answer is of no use any more. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), as they came. */
  readonly deprecation: string | undefined;
  readonly sunset: string | undefined;
}

export interface Transport {
  /** @throws {PartnerError} PARTNER_UNAVAILABLE, PARTNER_TIMEOUT, or PARTNER_CONTRACT_VIOLATION */
  send(exchange: Exchange): Promise<Answer>;
  close(): Promise<void>;
}

export function createTransport(contract: ReachableContract, identity: ServiceIdentity): Transport {
  const { partner, limits, timeouts } = contract;
  const pools = openServicePools(
    identity,
    (own) =>
      new Pool(contract.address, {
        connections: limits.concurrency + 2,
        pipelining: 1,
        allowH2: false,
        maxResponseSize: limits.answerBytes,
        headersTimeout: timeouts.attemptMilliseconds,
        bodyTimeout: timeouts.attemptMilliseconds,
        connect: connectorOf(contract, own),
      }),
  );

  return {
    send: async (exchange) => {
      const tooLong = AbortSignal.timeout(timeouts.attemptMilliseconds);
      try {
        const { statusCode, headers, body } = await pools.for(undefined).request({
          method: exchange.method,
          path: exchange.path,
          headers: { ...exchange.headers, accept: 'application/json', 'accept-encoding': 'identity' },
          body: exchange.body ?? null,
          signal: AbortSignal.any([exchange.signal, tooLong]),
        });
        const bytes = await body.arrayBuffer();
        const encoding = headers['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity') throw violation(partner, 'the encoding');
        if (statusCode >= 300 && statusCode < 400) throw violation(partner, 'a redirect');
        return {
          status: statusCode,
          text: decode(bytes, partner),
          contentType: single(headers['content-type']) ?? '',
          retryAfter: single(headers['retry-after']),
          deprecation: single(headers['deprecation']),
          sunset: single(headers['sunset']),
        };
      } catch (error) {
        if (error instanceof PartnerError) throw error;
        throw failure(partner, error, { isLate: tooLong.aborted, isGivenUp: exchange.signal.aborted });
      }
    },
    close: () => pools.destroy(),
  };
}

/** Connects by the contract's transport, and hangs up before a word is said where the contract doesn't allow to be. */
function connectorOf(contract: ReachableContract, identity: ServiceIdentity): buildConnector.connector {
  const connect = buildConnector({
    timeout: contract.timeouts.connectMilliseconds,
    allowH2: false,
    // A resumed session would skip the look at the partner's certificate.
    maxCachedSessions: 0,
    ...(contract.transport === 'mtls' ? tlsOptions(contract, identity) : {}),
  });
  const { networks } = contract;
  if (!networks) return connect;
  const isAllowed = withinNetworks(networks);
  return (options, callback) =>
    connect(options, (...[error, socket]: [Error, null] | [null, Socket]) => {
      if (error) return callback(error, null);
      if (isAllowed(socket.remoteAddress)) return callback(null, socket);
      socket.destroy();
      return callback(Object.assign(new Error('outside of the networks'), { code: OUTSIDE }), null);
    });
}

/** Our certificate, the authority that is accepted, and, where the contract names one, the peer's SPIFFE id. */
function tlsOptions(contract: ReachableContract, identity: ServiceIdentity): object {
  const { peer } = contract;
  return {
    ...tlsMaterial(identity),
    minVersion: 'TLSv1.2',
    checkServerIdentity: (host: string, certificate: Parameters<typeof checkServerIdentity>[1]) => {
      const mismatch = checkServerIdentity(host, certificate);
      if (mismatch || peer === undefined) return mismatch;
      const names = certificate.subjectaltname?.split(', ') ?? [];
      return names.includes(`URI:${peer}`) ? undefined : new Error('another service answers at this address');
    },
  };
}

export function violation(partner: string, place: string, detail = place): PartnerError {
  return new PartnerError(partner, 'PARTNER_CONTRACT_VIOLATION', { place, detail, mayHaveTakenEffect: true });
}

const OUTSIDE = 'OUTSIDE_NETWORKS';
const NOT_CONNECTED = new Set([OUTSIDE, 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

function failure(
  partner: string,
  error: unknown,
  { isLate, isGivenUp }: { readonly isLate: boolean; readonly isGivenUp: boolean },
): PartnerError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return violation(partner, 'its size');
  // Given up first: whoever hangs up early has learnt nothing about the partner's health.
  if (isGivenUp && !isLate) {
    return new PartnerError(partner, 'PARTNER_TIMEOUT', { detail: 'given up', mayHaveTakenEffect: true });
  }
  if (isLate || TIMED_OUT.has(code)) {
    const mayHaveTakenEffect = code !== 'UND_ERR_CONNECT_TIMEOUT';
    return new PartnerError(partner, 'PARTNER_TIMEOUT', { detail: code, mayHaveTakenEffect, isOutage: true });
  }
  const mayHaveTakenEffect = !NOT_CONNECTED.has(code);
  return new PartnerError(partner, 'PARTNER_UNAVAILABLE', { detail: code, mayHaveTakenEffect, isOutage: true });
}

function decode(bytes: ArrayBuffer, partner: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw violation(partner, 'its character set');
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
