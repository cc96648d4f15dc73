/**
 * A subgraph as Apollo's documentation writes it, with graphql-shield where `SHIELD` is set. Who asks stands in a header.
 * What isn't for analysts is refused to them by a rule, and without rules null by its resolver.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { schemaFile } from '../../graphs.ts';
import { NOT_FOR_ANALYSTS } from '../../roles.ts';
import { type Context, createLoaders, type Entity, RESOLVERS } from './resolvers.ts';

const file = process.env['SCHEMA'] ?? '';
const typeDefs = parse(await readFile(schemaFile(file), 'utf8'));
const isWithShield = process.env['SHIELD'] !== undefined;
const schema = buildSubgraphSchema([{ typeDefs, resolvers: RESOLVERS[file] ?? {} }]);
const server = new ApolloServer<Context>({ schema: isWithShield ? withShield(schema) : withNulls(schema) });

await startStandaloneServer(server, {
  listen: { port: Number(process.env['PORT']), host: 'localhost' },
  context: async ({ req }) => ({
    role: String(req.headers['role']),
    tenant: 'northgate',
    ...createLoaders(),
  }),
});
process.send?.('ready');
process.once('disconnect', () => process.exit());

/** Null for analysts, by hand. */
function withNulls(plain: GraphQLSchema): GraphQLSchema {
  for (const { field } of fieldsNotForAnalysts(plain)) {
    field.resolve = (parent, args, context, info) =>
      context.role === 'ANALYST' ? null : defaultFieldResolver(parent, args, context, info);
  }
  return plain;
}

/** One rule on the role and one on the tenant, on every field. */
function withShield(plain: GraphQLSchema): GraphQLSchema {
  const require = createRequire(import.meta.url);
  const { allow, and, rule, shield }: typeof import('graphql-shield') = require('graphql-shield');
  const { applyMiddleware }: typeof import('graphql-middleware', { with: { 'resolution-mode': 'require' }}) =
    require('graphql-middleware');
  const isDispatcher = rule({ cache: 'contextual' })((_parent, _args, { role }: Context) => role === 'DISPATCHER');
  const isStaff = rule({ cache: 'contextual' })(
    (_parent, _args, { role }: Context) => role === 'DISPATCHER' || role === 'ANALYST',
  );
  const isOwn = rule({ cache: 'no_cache' })(
    (parent: Partial<Entity> | undefined, _args, { tenant }: Context) =>
      parent?.id === undefined || Buffer.from(parent.id, 'base64url').toString('latin1').startsWith(`${tenant}/`),
  );
  const rules: Record<string, Record<string, ReturnType<typeof and>>> = {};
  for (const { type, name } of fieldsNotForAnalysts(plain)) {
    rules[type] = { ...rules[type], [name]: and(isDispatcher, isOwn) };
  }
  const query = { '*': and(isStaff, isOwn), _entities: allow, _service: allow };
  return applyMiddleware(plain, shield({ ...rules, Query: query }, { fallbackRule: and(isStaff, isOwn) }));
}

function fieldsNotForAnalysts(
  plain: GraphQLSchema,
): readonly { readonly type: string; readonly name: string; readonly field: GraphQLField<unknown, Context> }[] {
  return Object.entries(NOT_FOR_ANALYSTS).flatMap(([type, names]) =>
    names.flatMap((name) => {
      const found = plain.getType(type);
      const field = isObjectType(found) ? found.getFields()[name] : undefined;
      return field ? [{ type, name, field }] : [];
    }),
  );
}
