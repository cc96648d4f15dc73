/** GraphiQL in the page: its bundle is loaded when somebody may use it, and runs operations by the given function. */

/** @typedef {import('../page-settings.ts').Example} Example */
/** @typedef {{ open(example: Example): Promise<void>, close(): void }} Editor */
/** @typedef {import('@graphiql/react').EditorContextType} EditorContext */

const BUNDLES = ['react.min.js', 'react-dom.min.js', 'graphiql.min.js'];

/**
 * @param {HTMLElement} element
 * @param {import('./step-up.js').StepUp} stepUp
 * @param {string} firstQuery what an empty editor begins with
 * @returns {Promise<Editor>}
 */
export async function openEditor(element, stepUp, firstQuery) {
  await loadBundles();
  const { React, ReactDOM, GraphiQL } = window;
  /** @type {EditorContext | undefined} */
  let context;
  /** @type {PromiseWithResolvers<void>} */
  const ready = Promise.withResolvers();
  const keepContext = (/** @type {EditorContext} */ current) => {
    context = current;
    if (current.queryEditor && current.variableEditor) ready.resolve();
  };
  const { storage, seal } = openStorage();
  const root = ReactDOM.createRoot(element);
  root.render(
    React.createElement(
      GraphiQL,
      {
        fetcher: /** @type {any} */ (fetcherOf(stepUp)),
        defaultQuery: firstQuery,
        // The page has both colour schemes, and follows the system's.
        forcedTheme: 'system',
        storage,
        // The login is filled in where requests are made. A field for headers would invite to paste tokens.
        isHeadersEditorEnabled: false,
        showPersistHeadersSettings: false,
        shouldPersistHeaders: false,
      },
      React.createElement(GraphiQL.Logo, null, React.createElement(Name, { onContext: keepContext })),
    ),
  );
  return {
    open: async (example) => {
      await ready.promise;
      ReactDOM.flushSync(() => context?.addTab());
      context?.queryEditor?.setValue(example.query);
      context?.variableEditor?.setValue(example.variables ? JSON.stringify(example.variables, null, 2) : '');
      context?.queryEditor?.focus();
    },
    close: () => {
      seal();
      root.unmount();
    },
  };
}

/**
 * Where a better login may follow, GraphiQL gets answers one after the other, and forgets the second when its tab is left
 * or something else is run.
 *
 * @param {import('./step-up.js').StepUp} stepUp
 */
function fetcherOf({ run, withdraw }) {
  return async (/** @type {import('./gateway.js').Operation} */ operation) => {
    const { answer, better } = await run(operation);
    if (!better) return answer;
    return {
      subscribe: (/** @type {{ next(answer: object): void, complete(): void }} */ observer) => {
        observer.next(answer);
        better.then((repeated) => {
          if (repeated) observer.next(repeated);
          observer.complete();
        });
        return { unsubscribe: withdraw };
      },
    };
  };
}

/**
 * Session storage, so that the text of the tabs outlives a new login and ends with the browser's tab. No answer is among
 * it. Once sealed it takes nothing more: GraphiQL writes late, and a logout empties it.
 */
function openStorage() {
  let isOpen = true;
  const storage = {
    getItem: (/** @type {string} */ name) => sessionStorage.getItem(name),
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => {
      if (isOpen) sessionStorage.setItem(name, value);
    },
    removeItem: (/** @type {string} */ name) => sessionStorage.removeItem(name),
    clear: () => sessionStorage.clear(),
    get length() {
      return sessionStorage.length;
    },
  };
  const seal = () => {
    isOpen = false;
  };
  return { storage, seal };
}

/** A component, because that is where GraphiQL hands out its editors. @param {{ onContext(context: EditorContext): void }} props */
function Name({ onContext }) {
  onContext(window.GraphiQL.React.useEditorContext({ nonNull: true }));
  return 'GraphiQL';
}

async function loadBundles() {
  window.__webpack_nonce__ = document.getElementById('page-style')?.nonce;
  for (const name of BUNDLES) await loadScript(`/explorer/assets/${name}`);
}

/** Once each. @param {string} address @returns {Promise<void>} */
function loadScript(address) {
  if (document.querySelector(`script[src="${address}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: address });
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error(`${address} can't be loaded`)));
    document.head.append(script);
  });
}
