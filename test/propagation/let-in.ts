/** Whether a gateway lets somebody with a token see what a dispatcher sees. */

import { setTimeout as wait } from 'node:timers/promises';

/** Often enough to see when it changes, and not so often that asking is what slows it down. */
const PAUSE_MILLISECONDS = 20;

const QUERY = JSON.stringify({ query: '{ consents(first: 1) { nodes { id } } }' });

const REFUSALS = new Set(['UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE', 'FORBIDDEN']);

/** `let in`, `refused` as somebody who may not (any more), or `unknown`: the gateway can't tell, and lets nobody in. */
export type LetIn = 'let in' | 'refused' | 'unknown';

export async function letIn(gatewayUrl: string, token: string): Promise<LetIn> {
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: QUERY,
  });
  const { data, errors } = (await response.json()) as {
    data?: { consents: { nodes: readonly object[] } | null } | null;
    errors?: readonly { extensions: { code: string } }[];
  };
  const code = errors?.[0]?.extensions.code;
  if (data?.consents) return 'let in';
  if (response.status === 503 || code === 'SUBGRAPH_UNAVAILABLE') return 'unknown';
  if (code !== undefined && REFUSALS.has(code)) return 'refused';
  throw new Error(`${response.status} ${JSON.stringify(errors)}`);
}

/** Asks until it is `wanted`. @returns how many milliseconds that took; undefined: it wasn't in time */
export async function until(
  wanted: LetIn,
  { gatewayUrl, token, milliseconds }: { gatewayUrl: string; token: string; milliseconds: number },
): Promise<number | undefined> {
  const begin = performance.now();
  while (performance.now() - begin < milliseconds) {
    if ((await letIn(gatewayUrl, token)) === wanted) return performance.now() - begin;
    await wait(PAUSE_MILLISECONDS);
  }
  return undefined;
}
