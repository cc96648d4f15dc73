/**
 * Connections to one process behind the gateway: kept alive, bounded in number, size and time, never redirected; mutual
 * TLS 1.3 to those of our own, whose certificate has to carry their SPIFFE id.
 */
import type { ServiceIdentity, ServiceName } from '@commonhold/platform/tls/identity.ts';
import { tlsTowards } from '@commonhold/platform/tls/peer.ts';
import { openServicePools, type ServicePools } from '@commonhold/platform/tls/service-pools.ts';
import { Agent, type Dispatcher } from 'undici';

export interface Connection {
  /**
   * Posts and reads the whole answer.
   *
   * @throws {Error} when there is no answer in time, or one that is larger than allowed
   */
  post(url: string, request: PostRequest): Promise<Answer>;
  /** @throws {Error} as `post` */
  get(url: string, signal: AbortSignal): Promise<Answer>;
  /** Lets what is under way end. */
  close(): Promise<void>;
}

export interface PostRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** One of our own processes, and who we are towards it. */
export interface MutualTls {
  readonly identity: ServiceIdentity;
  readonly peer: ServiceName;
}

const CONNECTIONS = 64;
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MILLISECONDS = 30_000;
const CONNECT_TIMEOUT_MILLISECONDS = 3_000;

export function openConnection(mutualTls?: MutualTls): Connection {
  const pools = openPools(mutualTls);
  return {
    post: async (url, { headers, body, signal }) =>
      readAnswer(
        await pools.for(headers['authorization']).request({ ...target(url), method: 'POST', headers, body, signal }),
      ),
    get: async (url, signal) =>
      readAnswer(await pools.for(undefined).request({ ...target(url), method: 'GET', signal })),
    close: () => pools.close(),
  };
}

function openPools(mutualTls: MutualTls | undefined): ServicePools {
  const open = (tls: object | undefined): Agent =>
    new Agent({
      connections: CONNECTIONS,
      pipelining: 1,
      headersTimeout: TIMEOUT_MILLISECONDS,
      bodyTimeout: TIMEOUT_MILLISECONDS,
      maxResponseSize: LARGEST_ANSWER_BYTES,
      connect: { timeout: CONNECT_TIMEOUT_MILLISECONDS, ...tls },
    });
  if (mutualTls) {
    const { identity, peer } = mutualTls;
    return openServicePools(identity, (own) => open(tlsTowards(own, peer)));
  }
  const agent = open(undefined);
  return { for: () => agent, close: () => agent.close(), destroy: () => agent.destroy() };
}

function target(url: string): { readonly origin: string; readonly path: string } {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: `${pathname}${search}` };
}

async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Answer> {
  const contentType = headers['content-type'];
  return {
    status: statusCode,
    contentType: typeof contentType === 'string' ? contentType : '',
    bytes: Buffer.from(await body.arrayBuffer()),
  };
}
