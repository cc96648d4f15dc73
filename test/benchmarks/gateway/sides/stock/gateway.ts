/** Apollo's gateway as its documentation starts it. */
import { readFile } from 'node:fs/promises';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const supergraphSdl = await readFile(process.env['SUPERGRAPH'] ?? '', 'utf8');
const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl, logger: { ...console, info() {} } }) });
await startStandaloneServer(server, { listen: { port: Number(process.env['PORT']), host: 'localhost' } });
process.send?.('ready');
process.once('disconnect', () => process.exit());
