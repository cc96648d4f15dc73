/**
 * The second stage of a request: is the operation of a size that may be worked on?
 *
 * It comes before validation and planning, whose cost grows faster than the document. What it refuses is the client's
 * mistake: `OPERATION_TOO_COMPLEX`, with the name of the limit.
 */
import { type DocumentNode, GraphQLError, Kind, parse, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { measureDocument } from './document-size.ts';
import type { OperationLimits } from './operation-limits.ts';

export interface IncomingOperation {
  readonly query: unknown;
  readonly variables: unknown;
}

/** Of documents that are known to pass. */
const REMEMBERED_CHARACTERS = 4_000_000;

export type LimitOperation = (operation: IncomingOperation) => void;

/**
 * @returns a function that throws a `GraphQLError` when an operation is too large, and lets everything else pass, also
 * what isn't GraphQL: that is told by whoever parses it next
 */
export function createOperationLimit(limits: OperationLimits): LimitOperation {
  // Whoever sends a document usually sends it again.
  const passed = new LRUCache<string, true>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_, query) => query.length + 1,
  });
  return ({ query, variables }) => {
    if (typeof query === 'string' && !passed.get(query)) {
      limitDocument(query, limits);
      passed.set(query, true);
    }
    limitValues(variables, limits);
  };
}

/** For one limit. */
export function tooComplex(limit: string, greatest?: number): GraphQLError {
  const most = greatest === undefined ? '' : ` (${greatest})`;
  return new GraphQLError(`The operation is larger than allowed: ${limit}${most}.`, {
    extensions: { code: 'OPERATION_TOO_COMPLEX', limit, http: { status: 400 } },
  });
}

function limitDocument(query: string, limits: OperationLimits): void {
  try {
    const document = parseWithin(query, limits);
    if (!document) return;
    limitLiterals(document, limits);
    const size = measureDocument(document);
    for (const limit of ['depth', 'fields', 'rootFields', 'aliases', 'directives'] as const) {
      if (size[limit] > limits[limit]) throw tooComplex(limit, limits[limit]);
    }
  } catch (error) {
    // Parsing and measuring recurse: a document of little but brackets can exhaust the stack within its tokens.
    throw error instanceof RangeError ? tooComplex('depth', limits.depth) : error;
  }
}

function parseWithin(query: string, limits: OperationLimits): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens: limits.tokens, noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (/more tha[nt] \d+ tokens/.test(error.message)) throw tooComplex('tokens', limits.tokens);
    return undefined;
  }
}

/** Lists and objects within one another, list types of lists, long texts, and a name that nothing may have. */
function limitLiterals(document: DocumentNode, limits: OperationLimits): void {
  let depth = 0;
  const nesting = {
    enter: () => {
      depth += 1;
      if (depth > limits.depth) throw tooComplex('depth', limits.depth);
    },
    leave: () => {
      depth -= 1;
    },
  };
  visit(document, {
    [Kind.LIST]: nesting,
    [Kind.OBJECT]: nesting,
    [Kind.LIST_TYPE]: nesting,
    // Harmless as data, but an object with such a key is one mistake away from not being.
    [Kind.NAME]: ({ value }) => {
      if (value === '__proto__') throw nameRefused();
    },
    [Kind.STRING]: ({ value }) => {
      if (value.length > limits.textLength) throw tooComplex('textLength', limits.textLength);
    },
  });
}

function nameRefused(): GraphQLError {
  return new GraphQLError('The name `__proto__` is not allowed.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });
}

function limitValues(variables: unknown, limits: OperationLimits): void {
  let values = 0;
  const walk = (value: unknown, depth: number): void => {
    values += 1;
    if (values > limits.values) throw tooComplex('values', limits.values);
    if (typeof value === 'string' && value.length > limits.textLength)
      throw tooComplex('textLength', limits.textLength);
    if (typeof value !== 'object' || value === null) return;
    if (depth > limits.depth) throw tooComplex('depth', limits.depth);
    if (Array.isArray(value) && value.length > limits.listItems) throw tooComplex('listItems', limits.listItems);
    for (const item of Object.values(value)) walk(item, depth + 1);
  };
  walk(variables, 0);
}
