/** What GraphiQL's prebuilt bundle puts on the page, and asks of it. */
import type * as GraphiQLReact from '@graphiql/react';
import type { GraphiQL } from 'graphiql';
import type * as GraphQL from 'graphql';
import type * as React from 'react';
import type * as ReactDOM from 'react-dom';
import type * as ReactDOMClient from 'react-dom/client';

declare global {
  interface Window {
    React: typeof React;
    ReactDOM: typeof ReactDOM & typeof ReactDOMClient;
    GraphiQL: typeof GraphiQL & { readonly React: typeof GraphiQLReact; readonly GraphQL: typeof GraphQL };
    /** Nonce for style elements (get-nonce). */
    __webpack_nonce__: string | undefined;
  }
}
