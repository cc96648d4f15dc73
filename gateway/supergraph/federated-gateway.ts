/** Apollo Server's view of a federated graph: a schema, and who executes operations against it. */
import type {
  GatewayExecutor,
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import type { LoadedSupergraph } from './load-supergraph.ts';

export class FederatedGateway implements GatewayInterface {
  readonly #supergraph: LoadedSupergraph;
  readonly #executor: GatewayExecutor;
  readonly #listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();

  constructor(supergraph: LoadedSupergraph, executor: GatewayExecutor) {
    this.#supergraph = supergraph;
    this.#executor = executor;
  }

  onSchemaLoadOrUpdate(listener: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load(): Promise<GatewayLoadResult> {
    for (const listener of this.#listeners) {
      listener({ apiSchema: this.#supergraph.clientSchema, coreSupergraphSdl: this.#supergraph.sdl });
    }
    return { executor: this.#executor };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
  }
}
