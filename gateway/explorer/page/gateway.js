/** Asks the gateway, with the access token of whoever is logged in (GraphQL over HTTP). */
import { PLAINLY } from './session.js';

/** @typedef {{ readonly query: string, readonly variables?: unknown, readonly operationName?: string | null }} Operation */
/** @typedef {{ readonly message: string, readonly extensions?: any }} AnswerError */
/** @typedef {{ readonly data?: any, readonly errors?: readonly AnswerError[] }} Answer */
/** @typedef {(operation: Operation) => Promise<Answer>} Ask */
/** @typedef {(operation: Operation) => Promise<{ readonly answer: Answer, readonly challenge: Challenge | undefined }>} Exchange */

/**
 * What the gateway says of a better login that would open more (RFC 9470).
 *
 * @typedef {object} Challenge
 * @property {string} message for people
 * @property {readonly string[]} acrValues
 * @property {number | undefined} maxAge in seconds
 * @property {boolean} isUntouched nothing of the operation was carried out
 */

/**
 * @param {string} endpoint
 * @param {import('./session.js').Session | undefined} session undefined: nobody is logged in
 * @returns {Exchange}
 */
export function createExchange(endpoint, session) {
  return async ({ query, variables, operationName }) => {
    const request = {
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query, variables, operationName }),
    };
    const response = session
      ? await session.send(endpoint, request)
      : await fetch(endpoint, { method: 'POST', ...PLAINLY, ...request });
    if (response.status === 401) session?.end("Your login isn't accepted any more. Log in again to go on.");
    /** @type {Answer} */
    const answer = await response.json();
    const challenge = response.ok ? challengeIn(answer, response.headers.has('www-authenticate')) : undefined;
    return { answer, challenge };
  };
}

/**
 * All errors of an answer ask for the same login; the header is there when the answer holds nothing else.
 *
 * @param {Answer} answer
 * @param {boolean} isUntouched
 * @returns {Challenge | undefined}
 */
function challengeIn({ errors }, isUntouched) {
  const error = errors?.find(({ extensions }) => extensions?.code === 'INSUFFICIENT_AUTHENTICATION');
  if (!error) return undefined;
  const { acrValues = [], maxAge } = error.extensions;
  return { message: error.message, acrValues, maxAge, isUntouched };
}
