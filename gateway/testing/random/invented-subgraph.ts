/**
 * A subgraph in process whose data follows from types, ids and names, and so do its faults: errors of fields, entities
 * that aren't there, nulls where none may be, answers with nothing but an error, no answer at all.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionResult,
  type GraphQLEnumType,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  graphql,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  parse,
} from 'graphql';
import { numberOf } from './choices.ts';
import type { RandomSubgraph } from './random-graph.ts';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

/** @throws {Error} instead of answering */
export type AnswerRequest = (request: SubgraphRequest) => Promise<ExecutionResult>;

export interface Faults {
  readonly seed: number;
  /** Of as many, one goes wrong; 0: none. */
  readonly rarity: number;
}

interface Invented {
  readonly __typename: string;
  readonly id: string;
  readonly [field: string]: unknown;
}

const ENTITIES = 5;
const ENTITY = /^(T\d|N\d|Node)$/;

export function inventSubgraph({ name, sdl }: RandomSubgraph, { seed, rarity }: Faults): AnswerRequest {
  const isFaulty = (kind: string, at: string, factor = 1): boolean =>
    rarity > 0 && numberOf(`${seed} ${kind} ${name} ${at}`) % (rarity * factor) === 0;
  const typeDefs = parse(sdl);
  const entities = typeDefs.definitions.flatMap((node) =>
    'name' in node && ENTITY.test(node.name?.value ?? '') ? [node.name?.value ?? ''] : [],
  );
  const schema = buildSubgraphSchema([
    {
      typeDefs,
      resolvers: Object.fromEntries(
        entities.map((type) => [
          type,
          {
            __resolveReference: (reference: Reference) => {
              const id = reference.id ?? reference.code?.part.slice(1) ?? '0';
              if (isFaulty('missing', `${type} ${id}`)) return null;
              return { ...reference, id, __typename: typeOfEntity(type, id) };
            },
          },
        ]),
      ),
    },
  ]);

  const fieldResolver: GraphQLFieldResolver<Invented | undefined, unknown> = (source, args, _, info) => {
    const type = info.parentType.name;
    const at = `${type} ${source?.id ?? ''} ${info.fieldName}`;
    if (isFaulty('error', at, 2)) {
      throw new GraphQLError('no', { extensions: { code: 'BAD_USER_INPUT' } });
    }
    if (info.fieldName === 'id' || info.fieldName === '__typename') return source?.[info.fieldName];
    if (info.fieldName === 'code') return { __typename: 'Code', id: source?.id, part: `p${source?.id}` };
    if (info.fieldName === 'part') return source?.['part'];
    if (/_(requiring|nesting)$/.test(info.fieldName)) {
      const told = { ...source, id: undefined, __typename: undefined, code: undefined };
      // In which order they are told means nothing.
      return JSON.stringify(
        Object.fromEntries(Object.entries(told).toSorted(([one], [other]) => (one < other ? -1 : 1))),
      );
    }
    const value = invent(info.returnType, at);
    const first = args['first'];
    return Array.isArray(value) && typeof first === 'number' ? value.slice(0, first) : value;
  };

  function invent(type: GraphQLOutputType, at: string): unknown {
    if (isNonNullType(type)) return inventPresent(type.ofType, at);
    return numberOf(`null ${at}`) % 7 === 0 ? null : inventPresent(type, at);
  }

  function inventPresent(type: GraphQLOutputType, at: string): unknown {
    const number = numberOf(at);
    if (isNonNullType(type)) return invent(type, at);
    if (isListType(type)) {
      return Array.from({ length: number % 4 }, (_, index) => invent(type.ofType, `${at} ${index}`));
    }
    if (isEnumType(type)) return inventEnum(type, number);
    if (isScalarType(type)) return SCALARS[type.name]?.(number);
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    const { name: typename } = possible[number % possible.length] ?? type;
    if (!ENTITY.test(typename)) return { __typename: typename, id: at };
    const id = String(number % ENTITIES);
    return { __typename: typeOfEntity(typename, id), id };
  }

  /** Of which type a node is, follows from its id, for whoever knows the types. */
  function typeOfEntity(typename: string, id: string): string {
    return typename.startsWith('N') && isAbstractType(schema.getType('Node')) ? `N${Number(id) % 2}` : typename;
  }

  return async ({ query, variables, operationName }) => {
    if (isFaulty('silent', query, 3)) throw new Error('deadline');
    if (isFaulty('refused', query, 3)) return { data: null, errors: [new GraphQLError('refused')] };
    const result = await graphql({
      schema,
      source: query,
      variableValues: variables ?? {},
      operationName: operationName ?? null,
      fieldResolver,
      typeResolver: (value: Invented) => value.__typename,
    });
    const answer = JSON.parse(JSON.stringify(result));
    const representations: unknown = variables?.['representations'];
    if (Array.isArray(representations) && Array.isArray(answer.data?._entities)) {
      answer.data._entities = answer.data._entities.map((entity: unknown, index: number) =>
        withNulls(entity, `${query} ${JSON.stringify(representations[index])}`),
      );
      return answer;
    }
    return { ...answer, data: withNulls(answer.data, query) };
  };

  /** What a subgraph leaves out though its schema promises it. Keys and types stay, or nothing would be asked for. */
  function withNulls(value: unknown, at: string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => withNulls(item, `${at} ${index}`));
    if (typeof value !== 'object' || value === null) return isFaulty('null', at, 4) ? null : value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        /^(id|code|part|__typename)$/.test(key) ? inner : withNulls(inner, `${at} ${key}`),
      ]),
    );
  }
}

/** Seldom what clients may not know of. */
function inventEnum(type: GraphQLEnumType, number: number): string | undefined {
  const values = type.getValues();
  return values[number % (number % 11 === 0 ? values.length : 2)]?.name;
}

interface Reference {
  readonly id?: string;
  readonly code?: { readonly part: string };
}

const SCALARS: Readonly<Record<string, (number: number) => unknown>> = {
  ID: String,
  String: (number) => ['', 'plain', 'with "quotes" \\ and\nlines', 'öäü 🏠', '\u007f\u2028'][number % 5],
  Int: (number) => (number % 2001) - 1000,
  Float: (number) => (number % 1000) / 7,
  Boolean: (number) => number % 2 === 0,
};
