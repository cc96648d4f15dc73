/**
 * The result of a pruned operation → what the client asked for.
 *
 * The client's own operation is walked over the data, and each object is completed as in the GraphQL specification:
 *
 * 1. Collect the fields that apply to the object (6.3.2), in the order of the operation.
 * 2. What isn't in the data was pruned: it is null.
 * 3. A null where the API schema allows none goes up to the nearest position that may be null (6.4.4).
 *
 * Nothing is let through that the operation doesn't ask for, so the hidden `__typename` goes too.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { areMet, type BooleanVariables, booleanVariables, conditionsOf } from './conditions.ts';
import { fragmentsOf, hiddenTypenameAlias, selectOperation } from './operation.ts';

export type ResponseData = Readonly<Record<string, unknown>>;

/** The nodes whose selections make up an object. */
type Parents = readonly { readonly selectionSet?: SelectionSetNode | undefined }[];

type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/**
 * @param document what the client asked, not what was left of it.
 * @param data what the pruned operation gave; `{}` when nothing was left to fetch.
 * @returns null when a pruned field at the root, or below without a position that may be null, is never null.
 */
export function shapeResult(
  apiSchema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>> | undefined,
  data: ResponseData | null | undefined,
): ResponseData | null {
  const operation = selectOperation(document, operationName);
  const rootType = apiSchema.getRootType(operation.operation);
  if (!rootType || !data) return null;
  const typenameKey = hiddenTypenameAlias(document);
  const collect = createCollector(apiSchema, fragmentsOf(document), booleanVariables(operation, variables));
  return completeObject(rootType, [operation], data);

  function completeObject(type: GraphQLObjectType, parents: Parents, value: ResponseData): ResponseData | null {
    const result: Record<string, unknown> = Object.create(null);
    for (const [key, nodes] of collect(type, parents)) {
      const fieldName = nodes[0]?.name.value ?? key;
      const given = Object.hasOwn(value, key) ? value[key] : null;
      const field = Object.hasOwn(type.getFields(), fieldName) ? type.getFields()[fieldName] : undefined;
      if (field) {
        result[key] = completeValue(field.type, nodes, given);
        if (result[key] === null && isNonNullType(field.type)) return null;
      } else {
        // `__typename`, `__schema`, `__type`: as they are.
        result[key] = given ?? null;
        if (result[key] === null && fieldName !== '__type') return null;
      }
    }
    return result;
  }

  function completeValue(type: GraphQLOutputType, nodes: readonly FieldNode[], value: unknown): unknown {
    if (isNonNullType(type)) return completeValue(type.ofType, nodes, value);
    if (value === null || value === undefined) return null;
    if (isListType(type)) return completeList(type.ofType, nodes, value);
    if (isLeafType(type)) return value;
    if (!isResponseData(value)) return null;
    const runtimeType = isAbstractType(type) ? runtimeTypeOf(value) : type;
    return runtimeType ? completeObject(runtimeType, nodes, value) : null;
  }

  function completeList(itemType: GraphQLOutputType, nodes: readonly FieldNode[], value: unknown): unknown {
    if (!Array.isArray(value)) return null;
    const items = value.map((item: unknown) => completeValue(itemType, nodes, item));
    return isNonNullType(itemType) && items.includes(null) ? null : items;
  }

  /** Undefined, so that the object becomes null, when the data doesn't tell. */
  function runtimeTypeOf(value: ResponseData): GraphQLObjectType | undefined {
    const name = Object.hasOwn(value, typenameKey) ? value[typenameKey] : undefined;
    const type = typeof name === 'string' ? apiSchema.getType(name) : undefined;
    return isObjectType(type) ? type : undefined;
  }
}

function isResponseData(value: unknown): value is ResponseData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Collects the fields of an object; the objects of a list have them in common, so each is collected once. */
function createCollector(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: BooleanVariables,
): (type: GraphQLObjectType, parents: Parents) => CollectedFields {
  const collected = new WeakMap<Parents, Map<string, CollectedFields>>();
  return (type, parents) => {
    const byType = collected.get(parents) ?? new Map<string, CollectedFields>();
    collected.set(parents, byType);
    const known = byType.get(type.name);
    if (known) return known;
    const fields = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const { selectionSet } of parents) {
      if (selectionSet) collectFields(type, selectionSet, fields, visited);
    }
    byType.set(type.name, fields);
    return fields;
  };

  function collectFields(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const node of selections) {
      const conditions = conditionsOf(node.directives);
      if (!conditions || !areMet(conditions, variables)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const nodes = fields.get(key);
        if (nodes) nodes.push(node);
        else fields.set(key, [node]);
        continue;
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(node.name.value)) continue;
        visited.add(node.name.value);
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      if (fragment && doesApply(type, fragment.typeCondition?.name.value)) {
        collectFields(type, fragment.selectionSet, fields, visited);
      }
    }
  }

  function doesApply(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = schema.getType(condition);
    return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
  }
}
