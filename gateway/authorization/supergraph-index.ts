/**
 * A supergraph → from where each field can be had, and what must be read for that.
 *
 * 1. Find under which names the document uses the join and context specifications (`@link(…, as:)` may rename them).
 * 2. Read `@join__type` (keys), `@join__field` (sources with `@requires`, `@provides`, `@fromContext`) and `@context`.
 * 3. Let fields of an interface object count for the objects that implement the interface.
 */
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  valueFromASTUntyped,
} from 'graphql';
import { z } from 'zod';

/** What a subgraph's argument with `@fromContext` reads. */
export interface ContextRead {
  readonly context: string;
  readonly selection: SelectionSetNode;
}

/** One subgraph that can resolve a field. */
export interface FieldSource {
  readonly graph: string;
  /** The type under which the subgraph knows the field: the interface, when that is an interface object there. */
  readonly typeName: string;
  readonly requires: SelectionSetNode | undefined;
  readonly provides: SelectionSetNode | undefined;
  readonly contexts: readonly ContextRead[];
}

/** One way of entering a subgraph at a type. */
export interface EntityKey {
  readonly graph: string;
  readonly typeName: string;
  readonly selection: SelectionSetNode;
}

export interface SupergraphIndex {
  /** The supergraph as a schema, with what the API schema hides. */
  readonly schema: GraphQLSchema;
  /** Name of a subgraph as in query plans → its value of `join__Graph`. */
  readonly graphs: ReadonlyMap<string, string>;
  /** The subgraphs that know a type. */
  graphsOf(typeName: string): ReadonlySet<string>;
  /** The subgraphs that can resolve a field of a type, without those that hold it as `@external`. */
  sourcesOf(typeName: string, fieldName: string): readonly FieldSource[];
  /** The resolvable keys by which subgraphs can be entered at a type. */
  keysOf(typeName: string): readonly EntityKey[];
  /** The types that set a context. */
  typesOfContext(name: string): readonly string[];
}

/**
 * @throws {z.ZodError} when a join directive isn't one of the specification.
 */
export function indexSupergraph(document: DocumentNode): SupergraphIndex {
  const join = specificationPrefix(document, 'join') ?? 'join';
  const context = specificationPrefix(document, 'context') ?? 'context';
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const types = new Map<string, JoinedType>();
  const contexts = new Map<string, string[]>();
  for (const node of document.definitions) {
    if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) continue;
    const type = types.get(node.name.value) ?? { memberships: [], fields: new Map() };
    types.set(node.name.value, type);
    collectType(node, type, join);
    for (const { name } of applications(node, context, contextArguments)) {
      contexts.set(name, [...(contexts.get(name) ?? []), node.name.value]);
    }
  }
  const lineage = (typeName: string): readonly string[] => [typeName, ...interfaceNames(schema, typeName)];
  const sources = new Map<string, readonly FieldSource[]>();
  const keys = new Map<string, readonly EntityKey[]>();
  for (const [typeName, type] of types) {
    keys.set(typeName, keysOfLineage(types, lineage(typeName)));
    for (const fieldName of type.fields.keys()) {
      sources.set(`${typeName}.${fieldName}`, sourcesOfLineage(types, lineage(typeName), fieldName));
    }
  }
  return {
    schema,
    graphs: readGraphs(document, join),
    graphsOf: (typeName) => new Set(types.get(typeName)?.memberships.map(({ graph }) => graph)),
    sourcesOf: (typeName, fieldName) => sources.get(`${typeName}.${fieldName}`) ?? [],
    keysOf: (typeName) => keys.get(typeName) ?? [],
    typesOfContext: (name) => contexts.get(name) ?? [],
  };
}

/** Parses a field set such as `id owner { id }`, with or without braces around it. */
export function parseFieldSet(fields: string): SelectionSetNode {
  const text = fields.trim();
  const [definition] = parse(text.startsWith('{') ? text : `{${text}}`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError(`"${fields}" is not a field set`);
  return definition.selectionSet;
}

const fieldSet = z.string().transform(parseFieldSet);

const graphArguments = z.object({ name: z.string() });

const contextArguments = z.object({ name: z.string() });

const membershipArguments = z.object({
  graph: z.string(),
  key: fieldSet.nullish(),
  resolvable: z.boolean().nullish(),
  isInterfaceObject: z.boolean().nullish(),
});

const fieldArguments = z.object({
  graph: z.string().nullish(),
  requires: fieldSet.nullish(),
  provides: fieldSet.nullish(),
  external: z.boolean().nullish(),
  usedOverridden: z.boolean().nullish(),
  contextArguments: z.array(z.object({ context: z.string(), selection: fieldSet })).nullish(),
});

type JoinedField = z.infer<typeof fieldArguments>;

interface JoinedType {
  readonly memberships: z.infer<typeof membershipArguments>[];
  readonly fields: Map<string, JoinedField[]>;
}

function collectType(node: TypeDefinitionNode | TypeExtensionNode, type: JoinedType, join: string): void {
  type.memberships.push(...applications(node, `${join}__type`, membershipArguments));
  if (!('fields' in node)) return;
  for (const field of node.fields ?? []) {
    if (field.kind !== Kind.FIELD_DEFINITION) continue;
    const joined = type.fields.get(field.name.value) ?? [];
    joined.push(...applications(field, `${join}__field`, fieldArguments));
    type.fields.set(field.name.value, joined);
  }
}

function keysOfLineage(types: ReadonlyMap<string, JoinedType>, lineage: readonly string[]): readonly EntityKey[] {
  return lineage.flatMap((typeName, position) =>
    (types.get(typeName)?.memberships ?? []).flatMap(({ graph, key, resolvable, isInterfaceObject }) =>
      key && resolvable !== false && (position === 0 || isInterfaceObject) ? [{ graph, typeName, selection: key }] : [],
    ),
  );
}

function sourcesOfLineage(
  types: ReadonlyMap<string, JoinedType>,
  lineage: readonly string[],
  fieldName: string,
): readonly FieldSource[] {
  return lineage.flatMap((typeName, position) => {
    const type = types.get(typeName);
    const joined = type?.fields.get(fieldName);
    if (!type || !joined) return [];
    const interfaceObjects = new Set(
      type.memberships.filter(({ isInterfaceObject }) => isInterfaceObject).map(({ graph }) => graph),
    );
    // A field that names no subgraph is in all that know its type.
    const everywhere: readonly JoinedField[] = type.memberships.map(({ graph }) => ({ graph }));
    const sources = new Map<string, FieldSource>();
    for (const { graph, external, usedOverridden, requires, provides, contextArguments } of joined.length > 0
      ? joined
      : everywhere) {
      if (!graph || external || usedOverridden) continue;
      if (position > 0 && !interfaceObjects.has(graph)) continue;
      sources.set(graph, {
        graph,
        typeName,
        requires: requires ?? undefined,
        provides: provides ?? undefined,
        contexts: contextArguments ?? [],
      });
    }
    return [...sources.values()];
  });
}

function interfaceNames(schema: GraphQLSchema, typeName: string): readonly string[] {
  const type = schema.getType(typeName);
  return type && 'getInterfaces' in type ? type.getInterfaces().map(({ name }) => name) : [];
}

function readGraphs(document: DocumentNode, join: string): ReadonlyMap<string, string> {
  const graphs = document.definitions
    .filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION)
    .filter(({ name }) => name.value === `${join}__Graph`)
    .flatMap(({ values }) => values ?? []);
  return new Map(
    graphs.flatMap((value) =>
      applications(value, `${join}__graph`, graphArguments).map(({ name }): [string, string] => [
        name,
        value.name.value,
      ]),
    ),
  );
}

const linkArguments = z.object({ url: z.string(), as: z.string().nullish() });

/** The name that stands before `__` in what `document` uses of a specification. */
function specificationPrefix(document: DocumentNode, specification: string): string | undefined {
  const url = new RegExp(`^https://specs\\.apollo\\.dev/${specification}/v\\d+\\.\\d+/?$`);
  return document.definitions
    .filter((node) => node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION)
    .flatMap(({ directives }) => directives ?? [])
    .flatMap((directive) => linkArguments.safeParse(argumentsOf(directive)).data ?? [])
    .filter((link) => url.test(link.url))
    .map((link) => link.as ?? specification)[0];
}

interface DirectiveHolder {
  readonly directives?: FieldDefinitionNode['directives'];
}

function applications<Schema extends z.ZodType>(
  node: DirectiveHolder,
  directiveName: string,
  schema: Schema,
): readonly z.infer<Schema>[] {
  return (node.directives ?? [])
    .filter(({ name }) => name.value === directiveName)
    .map((directive) => schema.parse(argumentsOf(directive)));
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}
