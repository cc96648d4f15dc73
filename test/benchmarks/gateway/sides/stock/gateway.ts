/** Apollo's gateway as its documentation starts it, and as it says how a header gets to the subgraphs. */
import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

interface Context {
  readonly role: string;
}

const supergraphSdl = await readFile(process.env['SUPERGRAPH'] ?? '', 'utf8');
const gateway = new ApolloGateway({
  supergraphSdl,
  logger: { ...console, info() {} },
  buildService: ({ url = '' }) =>
    new RemoteGraphQLDataSource<Partial<Context>>({
      url,
      willSendRequest: ({ request, context: { role = '' } }) => request.http?.headers.set('role', role),
    }),
});

await startStandaloneServer(new ApolloServer<Context>({ gateway }), {
  listen: { port: Number(process.env['PORT']), host: 'localhost' },
  context: async ({ req }) => ({ role: String(req.headers['role']) }),
});
process.send?.('ready');
process.once('disconnect', () => process.exit());
