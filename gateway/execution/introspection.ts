/** `__schema` and `__type` of an operation, answered from the schema that the principal may see. */
import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { usedVariables } from './used-variables.ts';

/** @returns JSON; undefined when it can't be answered */
export type Introspect = (
  visibleSchema: GraphQLSchema,
  variables: Readonly<Record<string, unknown>>,
) => string | undefined;

/** @param nodes the operation's selections of one such field */
export function compileIntrospection(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  key: string,
  nodes: readonly FieldNode[],
): Introspect {
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const asked: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        directives: [],
        variableDefinitions: usedVariables(operation, [...nodes, ...fragments]),
        selectionSet: { kind: Kind.SELECTION_SET, selections: nodes.map(unconditional) },
      },
      ...fragments,
    ],
  };
  return (schema, variableValues) => {
    const { data, errors } = executeSync({ schema, document: asked, variableValues, rootValue: {} });
    return data && !errors ? JSON.stringify(data[key] ?? null) : undefined;
  };
}

/** Whether it is asked for at all has been decided. */
function unconditional(node: FieldNode): FieldNode {
  return { ...node, directives: [] };
}
