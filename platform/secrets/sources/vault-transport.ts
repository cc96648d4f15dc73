/**
 * How node-vault's requests go out: to one address, in bounded time and size, by TLS that is always verified, past any
 * proxy of the environment, and never redirected, since the token would go along.
 */
import { Agent } from 'undici';
import { z } from 'zod';

/** As node-vault hands a request over. */
const outgoing = z.looseObject({
  method: z.enum(['GET', 'POST']),
  uri: z.url(),
  headers: z.record(z.string(), z.string()).default({}),
  json: z.unknown().optional(),
});

export interface VaultAnswer {
  readonly statusCode: number;
  readonly body: unknown;
  readonly request: { readonly path: string };
}

export interface VaultTransport {
  /** What node-vault takes for `request-promise`. */
  readonly requests: { defaults(): (options: unknown) => Promise<VaultAnswer> };
  close(): void;
}

const GREATEST_ANSWER_BYTES = 256 * 1024;

export function createVaultTransport(timeoutMilliseconds: number, authority: string | undefined): VaultTransport {
  const agent = new Agent({
    connections: 4,
    maxResponseSize: GREATEST_ANSWER_BYTES,
    connect: { timeout: timeoutMilliseconds, minVersion: 'TLSv1.2', ...(authority && { ca: authority }) },
  });
  const send = async (options: unknown): Promise<VaultAnswer> => {
    const { method, uri, headers, json } = outgoing.parse(options);
    const { origin, pathname, search } = new URL(uri);
    const isSent = typeof json === 'object' && json !== null;
    const { statusCode, body } = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers: { ...headers, accept: 'application/json', ...(isSent && { 'content-type': 'application/json' }) },
      body: isSent ? JSON.stringify(json) : null,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const text = await body.text();
    return { statusCode, body: text === '' ? undefined : JSON.parse(text), request: { path: pathname } };
  };
  return { requests: { defaults: () => send }, close: () => void agent.destroy() };
}
