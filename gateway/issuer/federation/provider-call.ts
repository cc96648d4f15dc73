/**
 * How another company's provider is called: in bounded time, for a bounded answer, without following it elsewhere, and
 * never into the house.
 */
import { lookUpOutside, problemOfAddress } from '@commonhold/platform/internet-addresses.ts';
import { Agent } from 'undici';

/** As `fetch`, for what oauth4webapi asks. */
export type CallProvider = (url: string, options: ProviderRequest) => Promise<Response>;

export interface ProviderRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | Uint8Array | null | undefined;
}

export interface ProviderCalls {
  readonly call: CallProvider;
  close(): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 5_000;
const LARGEST_ANSWER_BYTES = 256 * 1024;

/** @param isInsideAllowed whether it may be on this machine, by plain http too, as in development */
export function openProviderCalls(isInsideAllowed: boolean): ProviderCalls {
  const agent = new Agent({
    headersTimeout: TIMEOUT_MILLISECONDS,
    bodyTimeout: TIMEOUT_MILLISECONDS,
    maxResponseSize: LARGEST_ANSWER_BYTES,
    connect: { timeout: TIMEOUT_MILLISECONDS, ...(!isInsideAllowed && { lookup: lookUpOutside }) },
  });
  return {
    async call(url, { method, headers, body }) {
      const problem = isInsideAllowed ? undefined : problemOfAddress(url, false);
      if (problem !== undefined) throw new TypeError(`the provider's address ${problem}`);
      const { origin, pathname, search } = new URL(url);
      const answer = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        ...(body != null && { body: body instanceof Uint8Array ? body : String(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      const contentType = answer.headers['content-type'];
      return new Response(await answer.body.text(), {
        status: answer.statusCode,
        headers: { 'content-type': typeof contentType === 'string' ? contentType : 'text/plain' },
      });
    },
    close: () => agent.close(),
  };
}
