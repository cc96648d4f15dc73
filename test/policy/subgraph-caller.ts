/** Speaks to the subgraphs of the system under test as the gateway does, with whatever token the test makes. */
import { createTestGateway, type HttpAnswer } from '@commonhold/kit/testing/gateway.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type ServiceIdentity, type ServiceName } from '@commonhold/platform/tls/identity.ts';
import type { SubgraphName } from '@commonhold/schema/subgraphs.ts';
import type { GraphQLAnswer } from '../system/client.ts';
import { system } from '../system/description.ts';

const PORT_OFFSETS = { directory: 201, 'smart-home': 202, communal: 203 } as const;

/** The identity of a process of the system under test: its certificate and its private key. */
export async function identityOf(name: ServiceName): Promise<ServiceIdentity> {
  const { environment } = system();
  const masterKey = await loadMasterKey({ ...process.env, ...environment });
  return loadIdentity(name, `${environment.DATA_DIR}/tls`, masterKey);
}

export function subgraphPort(subgraph: SubgraphName): number {
  return Number(system().environment.PORT_BASE) + PORT_OFFSETS[subgraph];
}

export interface SubgraphCaller {
  /** A POST to `/graphql` or another path, over a connection with the caller's certificate. */
  send(token: string | undefined, body: unknown, options?: SendOptions): Promise<HttpAnswer>;
  ask(token: string, operation: { query: string; variables?: object }, options?: SendOptions): Promise<GraphQLAnswer>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function callSubgraph(caller: ServiceIdentity, subgraph: SubgraphName): SubgraphCaller {
  const connection = createTestGateway(caller, subgraph, subgraphPort(subgraph));
  const send: SubgraphCaller['send'] = (token, body, { path = '/graphql', headers = {} } = {}) =>
    connection.send(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify(body),
    });
  return {
    send,
    ask: async (token, { query, variables }, options) =>
      JSON.parse((await send(token, { query, variables }, options)).body) as GraphQLAnswer,
    close: () => connection.close(),
  };
}
