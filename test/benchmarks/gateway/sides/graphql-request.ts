import type { LoadRequest } from '../../measure/load.ts';

/** A query as a client posts it. */
export function graphqlRequest(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): LoadRequest {
  return {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  };
}
