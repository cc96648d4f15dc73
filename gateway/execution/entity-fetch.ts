/**
 * A fetch of a plan that asks a subgraph for more of entities that are there already.
 *
 * 1. Find the places at the plan's path, and write what identifies each entity there.
 * 2. Ask for each entity once, however often it stands there (a hundred devices of one residence name it a hundred
 *    times), in batches of as many as a subgraph takes. Without any, nothing is sent.
 * 3. What comes is put to all places of its entity, and so is an error of it. A batch that fails costs its own entities.
 */
import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { errorAt, errorOfSubgraph, MOST_FETCH_ERRORS, type Path } from './answer-errors.ts';
import { compileContextArguments } from './context-arguments.ts';
import { type Data, isData, isList } from './data.ts';
import { compileBody } from './fetch-body.ts';
import { mergeInto } from './merge.ts';
import { compilePlaces } from './places.ts';
import type { AnswerReader } from './read-answer.ts';
import { compileRepresentation, type Represent } from './representations.ts';
import { compileRewrites } from './rewrites.ts';
import type { Run, Step } from './step.ts';
import type { Fetched } from './subgraph-fetch.ts';

/** Subgraphs of ours refuse more than this. */
const GREATEST_BATCH = 1_000;

/** One entity, as it is asked for, and the objects of the data that are it. */
interface Asked {
  readonly representation: string;
  readonly objects: Data[];
}

/** @param isShared whether an entity may be one object below its first level at all of its places */
export function compileEntityFetch(
  fetch: FetchNode,
  path: ResponsePath,
  schema: GraphQLSchema,
  isShared: boolean,
  reader: AnswerReader | undefined,
): Step {
  const writeBody = compileBody(fetch);
  const findContextual = compileContextArguments(fetch, path, schema);
  const places = compilePlaces(path);
  const represent = compileRepresentation(fetch.requires ?? [], fetch.inputRewrites ?? [], schema);
  const rewrites = compileRewrites(fetch.outputRewrites ?? [], schema);

  return async (run) => {
    if (!findContextual) return fetchAll(places.find(run.root), run.variables, run);
    const contextual = findContextual(run.root);
    await Promise.all(
      contextual.map(({ objects, variables }) => fetchAll(objects, { ...run.variables, ...variables }, run)),
    );
  };

  async function fetchAll(objects: readonly Data[], variables: Run['variables'], run: Run): Promise<void> {
    const asked = groupEqual(objects, represent);
    const batches = Array.from({ length: Math.ceil(asked.length / GREATEST_BATCH) }, (_, index) =>
      asked.slice(index * GREATEST_BATCH, (index + 1) * GREATEST_BATCH),
    );
    await Promise.all(batches.map((batch) => fetchBatch(batch, variables, run)));
  }

  async function fetchBatch(batch: readonly Asked[], variables: Run['variables'], run: Run): Promise<void> {
    const representations = batch.map(({ representation }) => representation).join(',');
    const fetched = await run.fetchFrom({
      subgraph: fetch.serviceName,
      body: writeBody(variables, representations),
      entities: batch.length,
      reader: run.readerFor(reader),
    });
    if (fetched.kind === 'answered' && fetched.data) {
      run.isPlain &&= fetched.isPlain;
      take(fetched.data, batch);
    }
    if (fetched.kind === 'failed' || fetched.errors.length > 0) tellErrors(fetched, batch, run);
  }

  function take(data: Data, batch: readonly Asked[]): void {
    const entities = data['_entities'];
    if (!isList(entities)) return;
    for (const [index, { objects }] of batch.entries()) {
      const entity = entities[index];
      if (!isData(entity)) continue;
      rewrites.inData(entity, objects[0]?.['__typename']);
      for (const object of objects) mergeInto(object, isShared ? entity : structuredClone(entity));
    }
  }

  function tellErrors(fetched: Fetched, batch: readonly Asked[], { root, errors }: Run): void {
    const objects = new Set(batch.flatMap((asked) => asked.objects));
    const paths = places.pathsOf(root, objects);
    const pathsOf = (some: readonly Asked[]): readonly Path[] =>
      [...new Set(some.flatMap((asked) => asked.objects))].flatMap((object) => paths.get(object) ?? []);
    errors.push(...errorsAt(fetched, batch, pathsOf, rewrites.inPath).slice(0, MOST_FETCH_ERRORS));
  }
}

function groupEqual(objects: readonly Data[], represent: Represent): readonly Asked[] {
  const groups = new Map<string, Asked>();
  for (const object of objects) {
    const representation = represent(object);
    if (representation === undefined) continue;
    const group = groups.get(representation);
    if (group) group.objects.push(object);
    else groups.set(representation, { representation, objects: [object] });
  }
  return [...groups.values()];
}

/** An error of one entity is one of each place where it stands; an error of none in particular is one of all. */
function errorsAt(
  fetched: Fetched,
  batch: readonly Asked[],
  pathsOf: (some: readonly Asked[]) => readonly Path[],
  inPath: (path: Path) => Path,
): readonly GraphQLError[] {
  if (fetched.kind === 'failed') return pathsOf(batch).map((path) => errorAt(fetched.message, fetched.code, path));
  return fetched.errors.slice(0, MOST_FETCH_ERRORS).flatMap(({ message, extensions, path }) => {
    const [root, index, ...rest] = path ?? [];
    const own = root === '_entities' && typeof index === 'number' ? batch[index] : undefined;
    const below = own ? inPath(rest) : [];
    return pathsOf(own ? [own] : batch).map((at) => errorOfSubgraph(message, extensions, [...at, ...below]));
  });
}
