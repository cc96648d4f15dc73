/** A fetch of a plan that asks a subgraph for fields of a root type. */
import type { FetchNode } from '@apollo/query-planner';
import { type GraphQLSchema, Kind, parse, type SelectionSetNode } from 'graphql';
import { errorAt, errorOfSubgraph, MOST_FETCH_ERRORS } from './answer-errors.ts';
import type { Data } from './data.ts';
import { compileBody } from './fetch-body.ts';
import { mergeInto } from './merge.ts';
import type { AnswerReader } from './read-answer.ts';
import { compileRewrites } from './rewrites.ts';
import type { Step } from './step.ts';

export function compileRootFetch(fetch: FetchNode, schema: GraphQLSchema, reader: AnswerReader | undefined): Step {
  const writeBody = compileBody(fetch);
  const rewrites = compileRewrites(fetch.outputRewrites ?? [], schema);
  const keys = rootKeys(fetch);
  return async (run) => {
    const { root, variables, errors, fetchFrom } = run;
    const fetched = await fetchFrom({
      subgraph: fetch.serviceName,
      body: writeBody(variables),
      reader: run.readerFor(reader),
    });
    if (fetched.kind === 'failed') {
      for (const key of keys) errors.push(errorAt(fetched.message, fetched.code, rewrites.inPath([key])));
      return leaveNull(root);
    }
    for (const { message, extensions, path } of fetched.errors.slice(0, MOST_FETCH_ERRORS)) {
      errors.push(errorOfSubgraph(message, extensions, path && rewrites.inPath(path)));
    }
    if (!fetched.data) return leaveNull(root);
    run.isPlain &&= fetched.isPlain;
    rewrites.inData(fetched.data);
    mergeInto(root, fetched.data);
  };

  /** What isn't there at all was asked of nobody. */
  function leaveNull(root: Data): void {
    for (const key of keys) root[key] ??= null;
  }
}

/** Where a fetch that fails is missed. */
function rootKeys({ operation, operationDocumentNode }: FetchNode): readonly string[] {
  const { definitions } = operationDocumentNode ?? parse(operation, { noLocation: true });
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  const keysOf = (selectionSet: SelectionSetNode | undefined): readonly string[] =>
    (selectionSet?.selections ?? []).flatMap((node) => {
      if (node.kind === Kind.FIELD) return [(node.alias ?? node.name).value];
      return keysOf(node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : fragments.get(node.name.value));
    });
  const found = definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? keysOf(node.selectionSet) : [],
  );
  return [...new Set(found)].slice(0, MOST_FETCH_ERRORS);
}
