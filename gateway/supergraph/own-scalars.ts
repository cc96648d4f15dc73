/**
 * Lets the schema that clients see read the values of our own scalars. A wrong one is the client's mistake and told as
 * such before anybody is asked; written into the document, a subgraph would refuse the whole operation for it, and
 * nobody could tell that from a mistake of ours.
 */
import { INSTANT_EXPECTED, readInstant } from '@commonhold/schema/scalars.ts';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { GraphQLError, GraphQLScalarType, type GraphQLSchema, Kind, type ValueNode } from 'graphql';
import { ownSubgraph } from '../execution/subgraphs.ts';
import type { Subgraph } from './load-supergraph.ts';

/** @param subgraphs all of the supergraph: with somebody else's among them a scalar of the same name may be another */
export function withOwnScalars(schema: GraphQLSchema, subgraphs: readonly Subgraph[]): GraphQLSchema {
  if (!subgraphs.every(ownSubgraph)) return schema;
  return mapSchema(schema, {
    [MapperKind.SCALAR_TYPE]: (type) =>
      type.name === 'DateTime'
        ? new GraphQLScalarType<unknown>({
            ...type.toConfig(),
            parseValue: (value) => parseInstant(value),
            parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined, node),
          })
        : type,
  });
}

/** A GraphQLError is told as it is; any other would be told together with the value. */
function parseInstant(value: unknown, node?: ValueNode): string {
  const text = readInstant(value);
  if (text === undefined) throw new GraphQLError(INSTANT_EXPECTED, node ? { nodes: node } : {});
  return text;
}
