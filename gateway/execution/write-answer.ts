/**
 * The sixth stage of a request: the data becomes the text of an answer.
 *
 * The client's own operation is what is written; where pruning left something out of it, there is null. A writer is made
 * once for an operation, what was left of it, and each choice of its `@skip` and `@include`.
 */
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type BooleanVariables, booleanVariables } from '../authorization/conditions.ts';
import { selectOperation } from '../authorization/operation.ts';
import type { Path } from './answer-errors.ts';
import type { Data } from './data.ts';
import type { FindDataKeys } from './data-keys.ts';
import { isDividedDocument } from './deferral/defer-label.ts';
import { compileIntrospection } from './introspection.ts';
import { conditionVariables, createFieldSelection, type SelectFields } from './selected-fields.ts';
import type { Verbatim } from './verbatim.ts';
import { compileRoot, type LaterPart, type WriteValue, type Writing } from './write-values.ts';

export interface AnsweredOperation {
  /** The client's. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What was left of it by pruning; undefined: nothing. */
  readonly kept: DocumentNode | undefined;
  /** What introspection answers from. */
  readonly visibleSchema: GraphQLSchema;
}

export interface WrittenAnswer {
  /** Undefined: `data` is null. */
  readonly text: string | undefined;
  /** What the text names by their places here (`marks.ts`). */
  readonly verbatims: readonly Verbatim[];
  /** Where there is a null that the schema doesn't allow, or that took the place of something else. */
  readonly violations: readonly Path[];
  /** What comes later. */
  readonly later: readonly LaterPart[];
}

export interface AnswerWriter {
  /** Whether anything of these shapes is written as it came. */
  takes(shapes: ReadonlySet<string>): boolean;
  /** @param isPlain whether no text in the data needs an escape in JSON */
  write(data: Data, isPlain: boolean): WrittenAnswer;
  /** Once what it needs is there. */
  writePart(part: LaterPart): WrittenAnswer;
}

/** Choices of `@skip` and `@include` that are remembered for one document. */
const MOST_CHOICES = 32;

/** @param schema what clients see */
export function createAnswerWriting(
  schema: GraphQLSchema,
  findDataKeys: FindDataKeys,
): (operation: AnsweredOperation) => AnswerWriter {
  const known = new WeakMap<DocumentNode, DocumentWriters>();
  return (answered) => {
    const { document, kept, visibleSchema, variables } = answered;
    // What was left of a document is never left of another one.
    const writers = known.get(kept ?? document) ?? { conditions: conditionVariables(document), byChoice: new Map() };
    known.set(kept ?? document, writers);
    const { isDivided, shapes, write } = writerOf(writers, answered);
    return {
      takes: (some) => !shapes.isDisjointFrom(some),
      write: (data, isPlain) => {
        const later = isDivided ? [] : NOTHING_LATER;
        const writing = { indices: [], violations: [], verbatims: [], later, isPlain, visibleSchema, variables };
        return written(write(data, writing), writing);
      },
      writePart: ({ indices, object, write }) => {
        const writing: Writing = {
          indices: [...indices],
          violations: [],
          verbatims: [],
          later: [],
          isPlain: false,
          visibleSchema,
          variables,
        };
        return written(write(object, writing), writing);
      },
    };
  };

  function writerOf({ conditions, byChoice }: DocumentWriters, answered: AnsweredOperation): CompiledWriter {
    const { document, operationName, variables, kept } = answered;
    const operation = selectOperation(document, operationName);
    const booleans = booleanVariables(operation, variables);
    const choice = JSON.stringify([operationName, kept !== undefined, ...conditions.map(booleans)]);
    const found = byChoice.get(choice);
    if (found) return found;
    if (byChoice.size >= MOST_CHOICES) byChoice.clear();
    const write = compile(answered, operation, booleans);
    byChoice.set(choice, write);
    return write;
  }

  function compile(
    { document, operationName, kept }: AnsweredOperation,
    operation: OperationDefinitionNode,
    booleans: BooleanVariables,
  ): CompiledWriter {
    const rootType = schema.getRootType(operation.operation);
    if (!rootType) throw new TypeError(`there is no ${operation.operation}`);
    const asked = createFieldSelection(document, schema, booleans);
    const [selectKept, keptRoot] = keptOf(kept, operationName, booleans);
    const shapes = new Set<string>();
    const isDivided = isDividedDocument(document);
    const write = compileRoot(
      rootType,
      { asked: [operation], kept: keptRoot },
      {
        schema,
        shapes,
        asked,
        isDivided,
        kept: kept === document ? asked : selectKept,
        dataKeyOf: kept ? findDataKeys(kept).keyOf : ({ name }) => name.value,
        compileOwn: (key, nodes) => {
          const name = nodes[0]?.name.value;
          if (name !== '__schema' && name !== '__type') return undefined;
          const introspect = compileIntrospection(document, operation, key, nodes);
          return (_, { visibleSchema, variables }) => introspect(visibleSchema, variables);
        },
      },
    );
    return { isDivided, shapes, write };
  }

  function keptOf(
    kept: DocumentNode | undefined,
    operationName: string | undefined,
    booleans: BooleanVariables,
  ): readonly [SelectFields, readonly OperationDefinitionNode[]] {
    return kept
      ? [createFieldSelection(kept, schema, booleans), [selectOperation(kept, operationName)]]
      : [() => new Map(), []];
  }
}

/** Of operations of which nothing comes later. */
const NOTHING_LATER: LaterPart[] = [];

function written(text: string | undefined, { verbatims, violations, later }: Writing): WrittenAnswer {
  return { text, verbatims, violations, later: text === undefined ? NOTHING_LATER : later };
}

interface DocumentWriters {
  readonly conditions: readonly string[];
  readonly byChoice: Map<string, CompiledWriter>;
}

interface CompiledWriter {
  readonly isDivided: boolean;
  readonly shapes: ReadonlySet<string>;
  readonly write: WriteValue;
}
