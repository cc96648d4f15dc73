/**
 * A fetch of a plan that asks a subgraph for more of entities that are there already.
 *
 * 1. Find the places at the plan's path, and write what identifies each entity there.
 * 2. Ask for each entity once, however often it stands there (a hundred devices of one residence name it a hundred
 *    times), with other fetches that ask the same (`entity-loads.ts`). Without any, nothing is sent.
 * 3. What comes is put to all places of its entity, and so is an error of it. A batch that fails costs its own entities.
 */
import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { type GraphQLError, type GraphQLSchema, isInterfaceType } from 'graphql';
import { errorAt, errorOfSubgraph, internalError, MOST_FETCH_ERRORS, type Path } from './answer-errors.ts';
import { compileContextArguments } from './context-arguments.ts';
import { copyOf, type Data } from './data.ts';
import { Entity, type LoadedEntity } from './entity-loads.ts';
import { compileBody } from './fetch-body.ts';
import { mergeInto } from './merge.ts';
import { compilePlaces } from './places.ts';
import type { AnswerReader } from './read-answer.ts';
import { compileRepresentation, type Represent } from './representations.ts';
import { compileRewrites } from './rewrites.ts';
import type { Run, Step } from './step.ts';

/** One entity, as it is asked for, and the objects of the data that are it. */
interface Asked {
  readonly representation: string;
  readonly objects: Data[];
}

/** @param isOneEverywhere whether an entity may be one object below its first level at all of its places */
export function compileEntityFetch(
  fetch: FetchNode,
  path: ResponsePath,
  schema: GraphQLSchema,
  isOneEverywhere: boolean,
  reader: AnswerReader | undefined,
): Step {
  const writeBody = compileBody(fetch);
  const findContextual = compileContextArguments(fetch, path, schema);
  const places = compilePlaces(path);
  const represent = compileRepresentation(fetch.requires ?? [], fetch.inputRewrites ?? [], schema);
  const rewrites = compileRewrites(fetch.outputRewrites ?? [], schema);
  // What others bring would be read or renamed in another way.
  const isShared = reader === undefined && (fetch.outputRewrites ?? []).length === 0;

  return async (run) => {
    if (!findContextual) return fetchAll(places.find(run.root), run.variables, run);
    const contextual = findContextual(run.root);
    await Promise.all(
      contextual.map(({ objects, variables }) => fetchAll(objects, { ...run.variables, ...variables }, run)),
    );
  };

  async function fetchAll(objects: readonly Data[], variables: Run['variables'], run: Run): Promise<void> {
    const asked = groupEqual(objects, represent);
    if (asked.length === 0) return;
    const loaded = await run.loadEntities(
      {
        subgraph: fetch.serviceName,
        writeBody: (representations) => writeBody(variables, representations),
        reader: run.readerFor(reader),
        isShared: isShared && run.isQuery,
      },
      asked.map(({ representation }) => representation),
    );
    for (const [index, { objects }] of asked.entries()) put(loaded[index], objects, run);
    tellErrors(loaded, asked, run);
  }

  function put(loaded: LoadedEntity | Error | undefined, objects: readonly Data[], run: Run): void {
    if (!(loaded instanceof Entity)) return;
    const entity = loaded.take();
    if (!entity) return;
    run.isPlain &&= loaded.isPlain;
    rewrites.inData(entity, objects[0]?.['__typename']);
    // A subgraph to which an interface is an object type calls all of its objects so.
    if (isInterfaceType(schema.getType(String(entity['__typename'])))) entity['__typename'] = undefined;
    for (const object of objects) mergeInto(object, isOneEverywhere ? entity : copyOf(entity));
  }

  function tellErrors(loaded: readonly (LoadedEntity | Error)[], asked: readonly Asked[], { root, errors }: Run): void {
    const wrong = asked.filter((_, index) => !isFaultless(loaded[index]));
    if (wrong.length === 0) return;
    const paths = places.pathsOf(root, new Set(wrong.flatMap(({ objects }) => objects)));
    const told = asked.flatMap(({ objects }, index) => {
      const at = isFaultless(loaded[index]) ? [] : [...new Set(objects)].flatMap((object) => paths.get(object) ?? []);
      return errorsAt(loaded[index], at, rewrites.inPath);
    });
    errors.push(...told.slice(0, MOST_FETCH_ERRORS));
  }
}

function isFaultless(loaded: LoadedEntity | Error | undefined): boolean {
  return loaded instanceof Entity && loaded.errors.length === 0;
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

/** Of one entity, at each place where it stands. */
function errorsAt(
  loaded: LoadedEntity | Error | undefined,
  places: readonly Path[],
  inPath: (path: Path) => Path,
): readonly GraphQLError[] {
  if (loaded instanceof Entity) {
    return loaded.errors.flatMap(({ message, extensions, path = [] }) =>
      places.map((at) => errorOfSubgraph(message, extensions, [...at, ...inPath(path)])),
    );
  }
  if (loaded === undefined || loaded instanceof Error) return places.map((at) => internalError(at));
  return places.map((at) => errorAt(loaded.message, loaded.code, at));
}
