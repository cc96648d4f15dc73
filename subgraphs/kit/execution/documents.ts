/**
 * Texts of documents → operations that can be carried out. Each text is parsed, validated and compiled once, and kept:
 * a gateway asks the same of a subgraph again and again.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { countSelections } from './count-selections.ts';
import { compileOperation, type Operation } from './operation.ts';
import type { Guard } from './plan.ts';

const GREATEST_TOKENS = 50_000;
/** With fragments counted wherever they are spread. */
const GREATEST_SELECTIONS = 1_000_000;
const MOST_DOCUMENTS = 2_000;
const MOST_CHARACTERS = 8 * 1024 * 1024;
const RULES = [...specifiedRules, NoSchemaIntrospectionCustomRule];

export type Prepared<Context> =
  | { readonly kind: 'ready'; readonly operation: Operation<Context> }
  /** It isn't GraphQL, or doesn't fit the schema. */
  | { readonly kind: 'not GraphQL' | 'not of the schema'; readonly errors: readonly GraphQLError[] };

export type PrepareOperation<Context> = (text: string, operationName: string | null | undefined) => Prepared<Context>;

export function createDocuments<Context>(schema: GraphQLSchema, guard: Guard<Context>): PrepareOperation<Context> {
  const known = new LRUCache<string, KnownDocument<Context>>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  });
  return (text, operationName) => {
    const document = known.get(text) ?? read(text, schema);
    if ('kind' in document) return document;
    known.set(text, document);
    const operation =
      document.operations.get(operationName) ?? compileOperation(schema, guard, document.node, operationName);
    // Any other name isn't one of the document's: there are as many as somebody makes up.
    if (document.names.has(operationName)) document.operations.set(operationName, operation);
    return { kind: 'ready', operation };
  };
}

interface KnownDocument<Context> {
  readonly node: DocumentNode;
  /** Names by which its operations can be asked for. */
  readonly names: ReadonlySet<string | null | undefined>;
  readonly operations: Map<string | null | undefined, Operation<Context>>;
}

function read<Context>(
  text: string,
  schema: GraphQLSchema,
): KnownDocument<Context> | Exclude<Prepared<Context>, { kind: 'ready' }> {
  let node: DocumentNode;
  try {
    node = parse(text, { maxTokens: GREATEST_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { kind: 'not GraphQL', errors: [error] };
  }
  const errors = validate(schema, node, RULES, { hideSuggestions: true });
  if (errors.length > 0) return { kind: 'not of the schema', errors };
  if (countSelections(node) > GREATEST_SELECTIONS) {
    return { kind: 'not of the schema', errors: [new GraphQLError('The document selects more than is allowed.')] };
  }
  const named = node.definitions.flatMap((definition) =>
    'operation' in definition && definition.name ? [definition.name.value] : [],
  );
  return { node, names: new Set([undefined, null, ...named]), operations: new Map() };
}
