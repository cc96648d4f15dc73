/** Which fields of the schema an answer holds something of. */
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** Coordinates such as `Meter.serial` of all fields of `query` that aren't null in `data`. */
export function reachedFields(schema: GraphQLSchema, query: string, data: unknown): ReadonlySet<string> {
  const { definitions }: DocumentNode = parse(query);
  const reached = new Set<string>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  const walk = ({ selections }: SelectionSetNode, typeName: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk({ kind: Kind.SELECTION_SET, selections }, typeName, item);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const actual = '__typename' in value && typeof value.__typename === 'string' ? value.__typename : typeName;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const inner: unknown = Reflect.get(value, (selection.alias ?? selection.name).value) ?? undefined;
        const field = fieldOf(actual, selection.name.value);
        if (inner === undefined || !field) continue;
        reached.add(`${actual}.${field.name}`);
        if (selection.selectionSet) walk(selection.selectionSet, getNamedType(field.type).name, inner);
      } else {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        const condition = fragment?.typeCondition?.name.value ?? actual;
        if (fragment && (condition === actual || condition === typeName)) walk(fragment.selectionSet, actual, value);
      }
    }
  };

  const fieldOf = (typeName: string, name: string) => {
    const type = schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  };

  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(definition.operation);
    if (root) walk(definition.selectionSet, root.name, data);
  }
  return reached;
}

/** The coordinates of fields that one subgraph alone has and that operations without `excluded` lead to, by its name. */
export async function fieldsBySubgraph(
  schema: GraphQLSchema,
  excluded: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const possible = coordinatesWithout(schema, excluded);
  const all = await Promise.all(
    SUBGRAPHS.map(async ({ name, schemaFiles }) => ({ name, fields: coordinatesIn(await readSchema(schemaFiles)) })),
  );
  return new Map(
    all.map(({ name, fields }) => {
      const others = new Set(all.flatMap((other) => (other.name === name ? [] : [...other.fields])));
      return [name, fields.difference(others).intersection(possible)];
    }),
  );
}

/** The coordinates that the roots lead to, save by the root fields that are `excluded`. */
function coordinatesWithout(schema: GraphQLSchema, excluded: ReadonlySet<string>): ReadonlySet<string> {
  const coordinates = new Set<string>();
  const visit = (type: GraphQLNamedType): void => {
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
    for (const { name, type: returned } of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${name}`;
      if (coordinates.has(coordinate) || (isRoot && excluded.has(name))) continue;
      coordinates.add(coordinate);
      visit(getNamedType(returned));
    }
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(visit);
  };
  for (const root of [schema.getQueryType(), schema.getMutationType()]) if (root) visit(root);
  return coordinates;
}

function coordinatesIn({ definitions }: DocumentNode): ReadonlySet<string> {
  return new Set(
    definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION
        ? (definition.fields ?? []).map(({ name }) => `${definition.name.value}.${name.value}`)
        : [],
    ),
  );
}
