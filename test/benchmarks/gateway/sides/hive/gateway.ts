/**
 * Hive Gateway as its documentation embeds it, with the planner and executor of Hive Router where `PLANNER` is `rust`. It
 * would ask once for requests that are the same at the same time; here each counts.
 */
import { createServer, type RequestListener } from 'node:http';

interface GatewayOptions {
  readonly supergraph: string;
  readonly unifiedGraphHandler?: unknown;
  readonly propagateHeaders: {
    fromClientToSubgraphs(payload: { readonly request: Request }): Readonly<Record<string, string | null>>;
  };
  readonly transportEntries: Readonly<Record<string, { readonly options: object }>>;
  readonly inboundInflightRequestDeduplication: boolean;
  readonly logging: boolean;
}

// Not by literal names: their types would bring another version of Node's into the check of the whole project.
const [runtime, router]: readonly string[] = ['@graphql-hive/gateway-runtime', '@graphql-hive/router-runtime'];
const { createGatewayRuntime }: { createGatewayRuntime(options: GatewayOptions): RequestListener } = await import(
  runtime ?? ''
);
const { unifiedGraphHandler }: { readonly unifiedGraphHandler: unknown } = await import(router ?? '');

const gateway = createGatewayRuntime({
  supergraph: process.env['SUPERGRAPH'] ?? '',
  ...(process.env['PLANNER'] === 'rust' && { unifiedGraphHandler }),
  propagateHeaders: { fromClientToSubgraphs: ({ request }) => ({ role: request.headers.get('role') }) },
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
  inboundInflightRequestDeduplication: false,
  logging: false,
});

createServer(gateway).listen(Number(process.env['PORT']), 'localhost', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());
// It listens for signals, too, and would go on serving.
process.once('SIGTERM', () => process.exit());
