/**
 * A client's subscription, and the query that reads what an event has changed:
 * `subscription ($of: ID) { changed: deviceChanged(residence: $of) { id name } }` becomes
 * `query ($entity: ID!) { changed: device(id: $entity) { id name } }`.
 *
 * The query goes the way of all queries, so that whatever holds for them holds for each event.
 */
import { hash } from 'node:crypto';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  separateOperations,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { AskedOperation } from '../asked-operation.ts';
import { fragmentsOf, unusedName } from '../authorization/operation.ts';
import { DeferRule } from '../execution/deferral/defer-rule.ts';
import { assertVariables } from '../execution/executable.ts';
import { LIVE_FIELDS, type LiveField } from './live-fields.ts';

export type Variables = Readonly<Record<string, unknown>>;

export interface LiveOperation {
  readonly field: LiveField;
  /** Its name in the answer. */
  readonly key: string;
  readonly operationName: string | undefined;
  /** SHA-256 of the document's text. */
  readonly hash: string;
  /** The subscription as it was written. @throws {GraphQLError} `BAD_USER_INPUT` */
  asked(variables: Variables): AskedOperation;
  /** The id of the residence that it is narrowed to; undefined: it isn't. */
  residence(variables: Variables): string | undefined;
  /** The query that reads this entity. */
  about(entity: string, variables: Variables): AskedOperation;
  /** What the answer depends on beside entity and rights; the same text for the same. */
  identity(variables: Variables): string;
}

/** @returns undefined: it is no subscription @throws {GraphQLError} when it can't be carried out */
export type ReadLiveOperation = (text: string, operationName: string | undefined) => LiveOperation | undefined;

const REMEMBERED_CHARACTERS = 4_000_000;
const RULES = [...specifiedRules, DeferRule];

export function createLiveOperations(schema: GraphQLSchema): ReadLiveOperation {
  const known = new LRUCache<string, LiveOperation>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_, key) => key.length,
  });
  return (text, operationName) => {
    const key = `${operationName ?? ''}\n${text}`;
    const operation = known.get(key) ?? readLive(schema, text, operationName);
    if (operation) known.set(key, operation);
    return operation;
  };
}

function readLive(schema: GraphQLSchema, text: string, operationName: string | undefined): LiveOperation | undefined {
  const parsed = parsedText(text);
  const chosen = getOperationAST(parsed, operationName);
  if (chosen?.operation !== 'subscription') return undefined;
  const [error] = validate(schema, parsed, RULES, { maxErrors: 1, hideSuggestions: true });
  if (error) throw clientError(error.message, 'GRAPHQL_VALIDATION_FAILED', error);

  const document = separateOperations(parsed)[chosen.name?.value ?? ''] ?? parsed;
  const roots = rootFields(chosen.selectionSet, document);
  const [root] = roots;
  const field = root && LIVE_FIELDS.get(root.name.value);
  const definition = root && schema.getSubscriptionType()?.getFields()[root.name.value];
  if (!field || !definition) throw clientError('There is no such subscription here.', 'GRAPHQL_VALIDATION_FAILED');

  const queryHash = hash('sha256', text);
  const entityVariable = unusedName(document, 'entity');
  const query = queryOf({ document, chosen, roots, field, entityVariable });
  const names = (query.operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const used = (variables: Variables): Variables =>
    Object.fromEntries(names.flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]]] : [])));
  const common = { schema, queryHash, operationName: chosen.name?.value ?? null };
  return {
    field,
    key: (root.alias ?? root.name).value,
    operationName: chosen.name?.value,
    hash: queryHash,
    asked(variables) {
      const asked = { ...common, document, operation: chosen, request: { variables } };
      assertVariables(asked);
      return asked;
    },
    residence(variables) {
      const { coerced } = getVariableValues(schema, chosen.variableDefinitions ?? [], variables);
      const value: unknown = getArgumentValues(definition, root, coerced)['residence'];
      return typeof value === 'string' ? value : undefined;
    },
    about: (entity, variables) => ({
      ...common,
      ...query,
      request: { variables: { ...used(variables), [entityVariable]: entity } },
    }),
    identity: (variables) => JSON.stringify([queryHash, common.operationName, used(variables)]),
  };
}

function parsedText(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof GraphQLError ? clientError(error.message, 'GRAPHQL_PARSE_FAILED', error) : error;
  }
}

/** The one field, as often as it is written. */
function rootFields(selectionSet: SelectionSetNode, document: DocumentNode): readonly FieldNode[] {
  const fragments = fragmentsOf(document);
  return selectionSet.selections.flatMap((node): readonly FieldNode[] => {
    if (node.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) {
      throw clientError('The field of a subscription cannot be left out.', 'GRAPHQL_VALIDATION_FAILED');
    }
    if (node.kind === Kind.FIELD) return [node];
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    return fragment ? rootFields(fragment.selectionSet, document) : [];
  });
}

interface Derivation {
  readonly document: DocumentNode;
  readonly chosen: OperationDefinitionNode;
  readonly roots: readonly FieldNode[];
  readonly field: LiveField;
  readonly entityVariable: string;
}

function queryOf({ document, chosen, roots, field, entityVariable }: Derivation) {
  const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
  const variable = { kind: Kind.VARIABLE, name: name(entityVariable) } as const;
  const selections = roots.map(
    (root): FieldNode => ({
      ...root,
      alias: root.alias ?? root.name,
      name: name(field.query),
      arguments: [{ kind: Kind.ARGUMENT, name: name('id'), value: variable }],
    }),
  );
  const bare: OperationDefinitionNode = {
    ...chosen,
    operation: OperationTypeNode.QUERY,
    directives: [],
    variableDefinitions: [],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  const others = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const needed = separateOperations({ ...document, definitions: [bare, ...others] })[chosen.name?.value ?? ''];
  const fragments = (needed?.definitions ?? []).filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const used = new Set<string>();
  visit(
    { kind: Kind.DOCUMENT, definitions: [bare, ...fragments] },
    {
      Variable: (node) => {
        used.add(node.name.value);
      },
    },
  );
  const operation: OperationDefinitionNode = {
    ...bare,
    variableDefinitions: [
      ...(chosen.variableDefinitions ?? []).filter((each) => used.has(each.variable.name.value)),
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable,
        type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: name('ID') } },
      },
    ],
  };
  const query: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  return { document: query, operation };
}

function clientError(message: string, code: ErrorCode, { nodes, source, positions }: Partial<GraphQLError> = {}) {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code, http: { status: 400 } },
  });
}
