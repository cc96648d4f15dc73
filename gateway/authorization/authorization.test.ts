import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { composeSupergraph } from '@commonhold/schema/compose-supergraph.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { createDataKeys } from '../execution/data-keys.ts';
import { createAnswerWriting } from '../execution/write-answer.ts';
import { prepareSupergraph } from '../supergraph/load-supergraph.ts';
import { createAuthorization } from './authorization.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@requiresScopes"])';

/** What is asked for stands in `SCOPES` too, so that the test doesn't read it in the way of what it tests. */
const SUPERGRAPH = composeSupergraph(
  Object.entries({
    people: `${LINK}
      type Query { person: Person people: [Person] }
      type Person @key(fields: "id") { id: ID name: String @requiresScopes(scopes: [["names"]]) badge: String }
      type Badge @requiresScopes(scopes: [["badges"]]) { text: String }`,
    homes: `${LINK}
      type Query { home: Home things: [Thing] found: [Found] }
      interface Thing { id: ID label: String owner: Person }
      union Found = Lamp | Lock | Home
      type Home @key(fields: "id") { id: ID area: String @shareable @requiresScopes(scopes: [["areas"]]) things: [Thing] lamp: Lamp }
      type Lamp implements Thing { id: ID label: String owner: Person watts: Int }
      type Lock implements Thing { id: ID label: String @requiresScopes(scopes: [["locks"]]) owner: Person @requiresScopes(scopes: [["names"]]) isOpen: Boolean @requiresScopes(scopes: [["locks"]]) }
      type Person @key(fields: "id") { id: ID }`,
    bills: `${LINK}
      type Query { bill: Bill }
      type Bill @requiresScopes(scopes: [["bills"]]) { amount: String payer: Person @provides(fields: "badge") }
      type Person @key(fields: "id") { id: ID badge: String @external greeting: String }
      type Home @key(fields: "id") { id: ID area: String @external perArea: String @requires(fields: "area") @requiresScopes(scopes: [["areas"]]) }`,
  }).map(([name, sdl]) => ({
    name,
    routingUrl: `http://${name}.example`,
    document: parse(name === 'people' ? sdl.replace('badge: String', 'badge: String @shareable') : sdl),
  })),
);

const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'Person.name': ['names'],
  'Home.area': ['areas'],
  'Home.perArea': ['areas'],
  'Lock.label': ['locks'],
  'Lock.owner': ['names'],
  'Lock.isOpen': ['locks'],
  'Query.bill': ['bills'],
  'Bill.amount': ['bills'],
  'Bill.payer': ['bills'],
};
const ALL = ['names', 'badges', 'areas', 'locks', 'bills'];

const authorization = createAuthorization(SUPERGRAPH);
const { apiSchema } = authorization;
const findDataKeys = createDataKeys(prepareSupergraph(SUPERGRAPH, 'test'));
const writerOf = createAnswerWriting(apiSchema, findDataKeys);

function rightsWith(...scopes: readonly string[]): Rights {
  return { authenticated: true, scopes: new Set(scopes), policies: new Set() };
}

const prune = (query: string, ...scopes: readonly string[]) =>
  authorization.prune({ document: parse(query), rights: rightsWith(...scopes) });

describe('any operation, whatever the rights', () => {
  it('comes back with null and one error for what is denied, and with everything else', () => {
    const scenario = fc.record({
      numbers: fc.array(fc.nat(0xffff), { minLength: 10, maxLength: 150 }),
      scopes: fc.subarray(ALL),
    });
    let pruned = 0;
    fc.assert(
      fc.property(scenario, ({ numbers, scopes }) => {
        const query = randomQuery(apiSchema, numbers);
        const document = parse(query);
        const outcome = authorization.prune({ document, rights: rightsWith(...scopes) });
        const denied = deniedIn(document, new Set(scopes));
        expect(pathsOf(outcome)).toEqual([...denied].toSorted());
        if (outcome.kind === 'unchanged') return;
        pruned += 1;
        if (outcome.kind === 'pruned') expect([...deniedIn(outcome.document, new Set(scopes))]).toEqual([]);
        const kept = outcome.kind === 'pruned' ? outcome.document : undefined;
        const data = kept ? invent(apiSchema, findDataKeys(kept).document) : {};
        const all = invent(apiSchema, document);
        const asked = { document, operationName: undefined, variables: {}, kept, visibleSchema: apiSchema };
        const { text, violations } = writerOf(asked).write(data, false);
        expect(JSON.parse(text ?? 'null')).toEqual(withNullAt(all, denied));
        expect(violations).toEqual([]);
      }),
      { numRuns: 800 },
    );
    expect(pruned).toBeGreaterThan(200);
  });
});

describe('what is reached by keys and provisions', () => {
  it('is read where it is provided, while what it is provided on may be read', () => {
    expect(prune('{ bill { payer { badge } } }', 'bills').kind).toBe('unchanged');
    expect(pathsOf(prune('{ bill { payer { badge } } }'))).toEqual(['bill']);
  });

  it.each([
    ['without the key', [], ['first.title', 'first.price']],
    ['with the key', ['keys'], []],
  ])('is denied by a key that is denied, but where it is provided: %s', (_what, scopes, expected) => {
    const shop = createAuthorization(KEYED);
    const document = parse('{ first { title price } featured { title } }');
    expect(pathsOf(shop.prune({ document, rights: rightsWith(...scopes) }))).toEqual([...expected].toSorted());
  });
});

describe('a plan', () => {
  const supergraph = Supergraph.build(SUPERGRAPH, { supportedFeatures: null });
  const planner = new QueryPlanner(supergraph);
  const plan = (query: string) =>
    planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), parse(query), { validate: false }));

  it.each([
    ['asks for what is denied', '{ person { id name } }', 'names'],
    ['asks for it on an object behind an interface', '{ things { label } }', 'locks'],
    ['fetches it for another subgraph', '{ home { perArea } }', 'areas'],
  ])('is refused when it %s, should pruning have let it through', (_what, query, scope) => {
    expect(() => authorization.assertPlanAllowed(plan(query), rightsWith())).toThrow(
      expect.objectContaining({ extensions: { code: 'FORBIDDEN' } }),
    );
    expect(() => authorization.assertPlanAllowed(plan(query), rightsWith(scope))).not.toThrow();
  });
});

describe('an interface that no type implements', () => {
  it('has objects all the same, of which what may be seen stays', () => {
    const graph = createAuthorization(UNIMPLEMENTED);
    const outcome = (query: string, ...scopes: readonly string[]) =>
      graph.prune({ document: parse(query), rights: rightsWith(...scopes) });
    expect(outcome('{ b { __typename field } }').kind).toBe('unchanged');
    expect(outcome('{ b { field secret } }', 'secrets').kind).toBe('unchanged');
    const query = '{ b { field secret ... on Node { secret } } }';
    expect(pathsOf(outcome(query))).toEqual(['b.secret']);
  });
});

/** Nodes that one subgraph knows as an interface, another one as objects, and nobody as a type. */
const UNIMPLEMENTED = composeSupergraph(
  Object.entries({
    a: `${LINK} type Query { a: Node } interface Node @key(fields: "id") { id: ID! }`,
    b: `${LINK}
      type Query { b: Node }
      type Node @federation__interfaceObject @key(fields: "id") { id: ID! field: String secret: String @requiresScopes(scopes: [["secrets"]]) }`,
  }).map(([name, sdl]) => ({ name, routingUrl: `http://${name}.example`, document: parse(sdl) })),
);

/** Products are known by a key that not everybody may see; what is featured brings the title along. */
const KEYED = composeSupergraph(
  Object.entries({
    catalogue: `${LINK}
      type Query { first: Product }
      type Product @key(fields: "sku") { sku: ID @requiresScopes(scopes: [["keys"]]) }`,
    prices: `${LINK}
      type Query { featured: Product @provides(fields: "title") }
      type Product @key(fields: "sku") { sku: ID @requiresScopes(scopes: [["keys"]]) title: String @external price: String }`,
    titles: `${LINK}
      type Product @key(fields: "sku") { sku: ID @requiresScopes(scopes: [["keys"]]) title: String @shareable }`,
  }).map(([name, sdl]) => ({ name, routingUrl: `http://${name}.example`, document: parse(sdl) })),
);

function pathsOf(outcome: ReturnType<typeof prune>): readonly string[] {
  if (outcome.kind === 'unchanged') return [];
  expect(outcome.errors.every(({ extensions }) => extensions['code'] === 'UNAUTHORIZED_FIELD_OR_TYPE')).toBe(true);
  return outcome.errors.map(({ path }) => (path ?? []).join('.')).toSorted();
}

/** The paths, lists as `@`, of all fields that somebody with `scopes` may not read; nothing below them. */
function deniedIn(document: ReturnType<typeof parse>, scopes: ReadonlySet<string>): ReadonlySet<string> {
  const denied = new Set<string>();
  const isDenied = (type: GraphQLCompositeType, field: string): boolean => {
    const objects = isObjectType(type) ? [type] : apiSchema.getPossibleTypes(type);
    return objects.some(({ name }) => (SCOPES[`${name}.${field}`] ?? []).some((scope) => !scopes.has(scope)));
  };
  walkFields(document, (type, node, path) => {
    if (!isDenied(type, node.name.value)) return true;
    denied.add(path.join('.'));
    return false;
  });
  return denied;
}

type Visit = (type: GraphQLCompositeType, node: FieldNode, path: readonly string[]) => boolean;

/** Visits each field with the type that it is selected on; below it only where `visit` says so. */
function walkFields(document: ReturnType<typeof parse>, visit: Visit): void {
  const walk = ({ selections }: SelectionSetNode, type: GraphQLCompositeType, path: readonly string[]): void => {
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = apiSchema.getType(node.typeCondition?.name.value ?? type.name);
        if (isCompositeType(condition)) walk(node.selectionSet, condition, path);
      }
      if (node.kind !== Kind.FIELD || node.name.value.startsWith('__')) continue;
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
      const key = (node.alias ?? node.name).value;
      if (!field || !visit(type, node, [...path, key])) continue;
      const returned = getNamedType(field.type);
      const below = isListType(field.type) ? [...path, key, '@'] : [...path, key];
      if (node.selectionSet && isCompositeType(returned)) walk(node.selectionSet, returned, below);
    }
  };
  const [definition] = document.definitions;
  const root = apiSchema.getQueryType();
  if (definition?.kind === Kind.OPERATION_DEFINITION && root) walk(definition.selectionSet, root, []);
}

const LEAVES: Readonly<Record<string, unknown>> = { Int: 60, Boolean: true };

/** Data for an operation: each list has an object of each possible type, each text says where it stands. */
function invent(schema: GraphQLSchema, document: ReturnType<typeof parse>): Record<string, unknown> {
  const object = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const { selections } of sets) {
      for (const node of selections) {
        if (node.kind === Kind.INLINE_FRAGMENT) {
          const condition = schema.getType(node.typeCondition?.name.value ?? type.name);
          const applies =
            condition === type ||
            (isInterfaceType(condition) && isObjectType(type) && schema.isSubType(condition, type));
          if (applies) Object.assign(result, object(type, [node.selectionSet]));
        }
        if (node.kind !== Kind.FIELD) continue;
        const key = (node.alias ?? node.name).value;
        const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
        if (node.name.value === '__typename') result[key] = type.name;
        if (field) result[key] = value(field.type, node);
      }
    }
    return result;
  };
  const value = (type: GraphQLOutputType, node: FieldNode): unknown => {
    const named = getNamedType(type);
    if (!isCompositeType(named) || !node.selectionSet) return LEAVES[named.name] ?? node.name.value;
    const { selectionSet } = node;
    const objects = isObjectType(named) ? [named] : schema.getPossibleTypes(named);
    const all = objects.map((possible) => object(possible, [selectionSet]));
    return isListType(type) ? all : all[0];
  };
  const [definition] = document.definitions;
  const root = schema.getQueryType();
  if (definition?.kind !== Kind.OPERATION_DEFINITION || !root) throw new TypeError('not an operation');
  return object(root, [definition.selectionSet]);
}

function withNullAt(data: unknown, denied: ReadonlySet<string>, path: readonly string[] = []): unknown {
  if (denied.has(path.join('.'))) return null;
  if (Array.isArray(data)) return data.map((item) => withNullAt(item, denied, [...path, '@']));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, inner]) => [key, withNullAt(inner, denied, [...path, key])]),
  );
}

/** A query that follows from `numbers`. Every field has a name of its own, so that none merges with another. */
function randomQuery(schema: GraphQLSchema, numbers: readonly number[]): string {
  let at = 0;
  let names = 0;
  const below = (count: number): number => (numbers[at++ % numbers.length] ?? 0) % count;
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const possible = fields.filter((field) => depth < 4 || !isCompositeType(getNamedType(field.type)));
    const parts = Array.from({ length: possible.length > 0 ? 1 + below(3) : 0 }, () => {
      const field = possible[below(possible.length)];
      const returned = field && getNamedType(field.type);
      names += 1;
      return field
        ? `f${names}: ${field.name}${isCompositeType(returned) ? ` ${selection(returned, depth + 1)}` : ''}`
        : '';
    });
    const objects = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
    const fragments = Array.from({ length: isObjectType(type) ? (below(4) === 0 ? 1 : 0) : 1 + below(2) }, () => {
      const object = objects[below(objects.length)];
      return object && depth < 4 ? `... on ${object.name} ${selection(object, depth + 1)}` : '';
    });
    return `{ ${['__typename', ...parts, ...fragments].join(' ')} }`;
  };
  const root = schema.getQueryType();
  return root ? selection(root, 0) : '{ __typename }';
}
