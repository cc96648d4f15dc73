/**
 * Apollo Sandbox in a frame of its own origin, from Apollo's servers, and the messages between it and this page.
 *
 * The frame can't read the page, and isn't given the token: it posts an operation, the page asks the gateway, and the
 * frame gets the answer. Whatever the frame names as endpoint or header is left aside. It is somebody else's program, so
 * it may ask for what the person may see, but change nothing.
 *
 * The messages are those of Apollo's package `@apollo/sandbox`. That one isn't used, because it would also open sockets
 * and windows at addresses of the frame's choice, and keep the frame's keys in this origin's storage.
 */

/** @typedef {{ close(): void }} Sandbox */

const ORIGIN = 'https://sandbox.embed.apollographql.com';
/** Version of the package whose messages these are. */
const MESSAGES_VERSION = '2.7.4';
const PATIENCE_MILLISECONDS = 10_000;

/**
 * @param {HTMLElement} element
 * @param {{ readonly ask: import('./gateway.js').Ask, readonly endpoint: string, readonly document: string }} options
 * @param {(state: 'answering' | 'silent') => void} onState `silent`: Apollo's servers can't be reached, so far
 * @returns {Sandbox}
 */
export function openSandbox(element, { ask, endpoint, document: text }, onState) {
  const frame = document.createElement('iframe');
  frame.title = 'Apollo Sandbox';
  frame.className = 'sandbox-frame';
  frame.referrerPolicy = 'no-referrer';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms');
  frame.src = frameAddress(new URL(endpoint, location.href).href, text);
  const silence = setTimeout(() => onState('silent'), PATIENCE_MILLISECONDS);

  const onMessage = async (/** @type {MessageEvent} */ { origin, source, data }) => {
    if (origin !== ORIGIN || source !== frame.contentWindow) return;
    clearTimeout(silence);
    onState('answering');
    const answer = await answerTo(data, ask);
    if (answer) frame.contentWindow?.postMessage(answer, ORIGIN);
  };
  addEventListener('message', onMessage);
  element.append(frame);
  return {
    close: () => {
      clearTimeout(silence);
      removeEventListener('message', onMessage);
      frame.remove();
    },
  };
}

/** @param {string} endpoint @param {string} text */
function frameAddress(endpoint, text) {
  const parameters = {
    endpoint,
    endpointIsEditable: 'false',
    defaultDocument: text,
    hideCookieToggle: 'true',
    parentSupportsSubscriptions: 'false',
    shouldDefaultAutoupdateSchema: 'false',
    runTelemetry: 'false',
    version: MESSAGES_VERSION,
  };
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${ORIGIN}/sandbox/explorer?${query.join('&')}`;
}

/**
 * @param {any} message
 * @param {import('./gateway.js').Ask} ask
 * @returns {Promise<object | undefined>} undefined: nothing that is answered
 */
async function answerTo(message, ask) {
  const operationId = message?.operationId;
  switch (message?.name) {
    case 'ExplorerListeningForHandshake':
      return { name: 'HandshakeResponse', parentHref: location.origin };
    case 'IntrospectionQueryWithHeaders': {
      const { data, errors } = await askSafely(ask, JSON.parse(message.introspectionRequestBody));
      return errors
        ? { name: 'SchemaError', errors, operationId }
        : { name: 'SchemaResponse', schema: data, operationId };
    }
    case 'ExplorerRequest': {
      const { operation: query, variables, operationName } = message;
      const answer = await askSafely(ask, { query, variables, operationName });
      return {
        name: 'ExplorerResponse',
        operationId,
        response: { ...answer, status: 200, headers: {}, hasNext: false },
      };
    }
    default:
      return undefined;
  }
}

/**
 * @param {import('./gateway.js').Ask} ask
 * @param {import('./gateway.js').Operation} operation
 * @returns {Promise<import('./gateway.js').Answer>}
 */
async function askSafely(ask, { query, variables, operationName }) {
  try {
    if (!isReading(query)) return refusal('Sandbox may ask, but not change. Use GraphiQL to change something.');
    return await ask({ query, variables, ...(operationName && { operationName }) });
  } catch (error) {
    const isUnreadable = error instanceof window.GraphiQL.GraphQL.GraphQLError;
    return refusal(isUnreadable ? error.message : "The gateway can't be asked now.");
  }
}

/** @param {string} query @throws {import('graphql').GraphQLError} when it can't be read */
function isReading(query) {
  const { definitions } = window.GraphiQL.GraphQL.parse(query);
  return definitions.every((definition) => !('operation' in definition) || definition.operation === 'query');
}

/** @param {string} message */
function refusal(message) {
  return { errors: [{ message }] };
}
