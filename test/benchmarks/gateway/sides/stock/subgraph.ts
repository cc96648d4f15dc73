/** A subgraph as Apollo's documentation writes it, with graphql-shield where `SHIELD` is set. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import DataLoader from 'dataloader';
import { type GraphQLSchema, parse } from 'graphql';
import type { Account, Device } from '../../estate.ts';
import { readAccounts, readDevices, readResidences } from '../../partner.ts';

interface Context {
  readonly role: string;
  readonly tenant: string;
  readonly devices: DataLoader<string, readonly Device[]>;
  readonly accounts: DataLoader<string, Account>;
}

interface Entity {
  readonly id: string;
}

type Resolvers = Readonly<
  Record<
    string,
    Readonly<Record<string, (parent: Entity, args: { readonly first: number }, context: Context) => unknown>>
  >
>;

const RESOLVERS: Readonly<Record<string, Resolvers>> = {
  directory: { Query: { residences: (_, { first }) => readResidences(first) } },
  'smart-home': { Residence: { devices: ({ id }, _, { devices }) => devices.load(id) } },
  communal: { Residence: { account: ({ id }, _, { accounts }) => accounts.load(id) } },
};

const name = process.env['SUBGRAPH'] ?? '';
const typeDefs = parse(await readFile(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8'));
const schema = buildSubgraphSchema([{ typeDefs, resolvers: RESOLVERS[name] ?? {} }]);
const server = new ApolloServer<Context>({ schema: process.env['SHIELD'] ? withShield(schema) : schema });

await startStandaloneServer(server, {
  listen: { port: Number(process.env['PORT']), host: 'localhost' },
  context: async () => ({
    role: 'DISPATCHER',
    tenant: 'northgate',
    devices: new DataLoader<string, readonly Device[]>(readDevices),
    accounts: new DataLoader<string, Account>(readAccounts),
  }),
});
process.send?.('ready');
process.once('disconnect', () => process.exit());

/** One rule on the role and one on the tenant, on every field. */
function withShield(plain: GraphQLSchema): GraphQLSchema {
  const require = createRequire(import.meta.url);
  const { allow, and, rule, shield }: typeof import('graphql-shield') = require('graphql-shield');
  const { applyMiddleware }: typeof import('graphql-middleware', { with: { 'resolution-mode': 'require' }}) =
    require('graphql-middleware');
  const hasRole = rule({ cache: 'contextual' })((_parent, _args, { role }: Context) => role === 'DISPATCHER');
  const isOwn = rule({ cache: 'no_cache' })(
    (parent: Partial<Entity> | undefined, _args, { tenant }: Context) =>
      parent?.id === undefined || Buffer.from(parent.id, 'base64url').toString('latin1').startsWith(`${tenant}/`),
  );
  const query = { '*': and(hasRole, isOwn), _entities: allow, _service: allow };
  return applyMiddleware(plain, shield({ Query: query }, { fallbackRule: and(hasRole, isOwn) }));
}
