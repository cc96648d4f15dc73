/**
 * A supergraph's SDL, from a file, made ready to serve: the schema that clients see, and what answers are completed by.
 *
 * A file that can't be served is an operator's mistake, so each way to be wrong ends in one sentence that names it.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Supergraph } from '@apollo/federation-internals';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { GraphQLSchema } from 'graphql';
import { buildSupergraph } from './build-supergraph.ts';
import { withOwnScalars } from './own-scalars.ts';

export interface LoadedSupergraph {
  readonly sdl: string;
  /** What clients see, without what is `@inaccessible`. */
  readonly clientSchema: GraphQLSchema;
  /** Everything, `@inaccessible` included: what representations for subgraphs are made by. */
  readonly fullSchema: GraphQLSchema;
  readonly subgraphs: readonly Subgraph[];
}

export interface Subgraph {
  readonly name: string;
  readonly url: string;
}

/** @throws {StartupError} naming the file and what is wrong with it. */
export async function loadSupergraph(file: string): Promise<LoadedSupergraph> {
  const name = basename(file);
  const sdl = await readFile(file, 'utf8').catch(() => {
    throw new StartupError(`The supergraph ${name} can't be read`, 'check that the file exists and may be read');
  });
  return prepareSupergraph(sdl, name);
}

/**
 * @param name what messages call it by
 * @throws {StartupError} as `loadSupergraph`
 */
export function prepareSupergraph(sdl: string, name: string): LoadedSupergraph {
  const supergraph = readSupergraph(sdl, name);
  const apiSchema = supergraph.apiSchema();
  if (!apiSchema.schemaDefinition.rootType('query')) {
    throw new StartupError(`The supergraph ${name} has no queries`, 'compose it from subgraphs with a Query type');
  }
  const subgraphs = supergraph.subgraphsMetadata();
  return {
    sdl,
    clientSchema: withOwnScalars(apiSchema.toGraphQLJSSchema({ includeDefer: true }), subgraphs),
    fullSchema: supergraph.schema.toGraphQLJSSchema(),
    subgraphs,
  };
}

function readSupergraph(sdl: string, name: string): Supergraph {
  try {
    return buildSupergraph(sdl);
  } catch (error) {
    throw new StartupError(`The supergraph ${name} is not valid (${reason(error)})`, 'compose it again');
  }
}

/** The first complaint in one line: these messages speak of the SDL, which is no secret. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : 'unknown';
  return message
    .replaceAll(/\s+/g, ' ')
    .replace(/[.:]+\s*$/, '')
    .slice(0, 300);
}
