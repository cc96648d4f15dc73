/** Asks the gateway, with the access token of whoever is logged in (GraphQL over HTTP, RFC 6750). */

/** @typedef {{ readonly query: string, readonly variables?: unknown, readonly operationName?: string | null }} Operation */
/** @typedef {{ readonly data?: any, readonly errors?: readonly { readonly message: string }[] }} Answer */
/** @typedef {(operation: Operation) => Promise<Answer>} Ask */

/**
 * @param {string} endpoint
 * @param {import('./session.js').Session | undefined} session undefined: nobody is logged in
 * @returns {Ask}
 */
export function createAsk(endpoint, session) {
  return async ({ query, variables, operationName }) => {
    const authorization = session ? { authorization: `Bearer ${await session.accessToken()}` } : {};
    const response = await fetch(endpoint, {
      method: 'POST',
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...authorization,
      },
      body: JSON.stringify({ query, variables, operationName }),
    });
    if (response.status === 401) session?.end("Your login isn't accepted any more. Log in again to go on.");
    return response.json();
  };
}
