/**
 * A supergraph's SDL, from a file, made ready to serve: the schema that clients see, and the planner.
 *
 * A file that can't be served is an operator's mistake, so each way to be wrong ends in one sentence that names it.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type Schema as FederationSchema,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { GraphQLSchema } from 'graphql';
import { withOwnScalars } from './own-scalars.ts';

export interface LoadedSupergraph {
  readonly sdl: string;
  /** What clients see, without what is `@inaccessible`. */
  readonly clientSchema: GraphQLSchema;
  /** The same in the form that the planner works on. */
  readonly planningSchema: FederationSchema;
  /** Everything, `@inaccessible` included: what representations for subgraphs are made by. */
  readonly fullSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  readonly subgraphs: readonly Subgraph[];
}

export interface Subgraph {
  readonly name: string;
  readonly url: string;
}

// Found in supergraphs for other routers; this executor would serve them wrongly, so it doesn't serve them at all.
const UNSUPPORTED = /\/(connect|context)\//;
const SUPPORTED_FEATURES = new Set([...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((url) => !UNSUPPORTED.test(url)));

// A plan is the best of at most this many; each path may be walked in at most so many ways. Beyond, planning is refused.
const MOST_EVALUATED_PLANS = 1_000;
const MOST_PATH_OPTIONS = 2_000;

/** @throws {StartupError} naming the file and what is wrong with it. */
export async function loadSupergraph(file: string): Promise<LoadedSupergraph> {
  const name = basename(file);
  const sdl = await readFile(file, 'utf8').catch(() => {
    throw new StartupError(`The supergraph ${name} can't be read`, 'check that the file exists and may be read');
  });
  const supergraph = buildSupergraph(sdl, name);
  const planningSchema = supergraph.apiSchema();
  if (!planningSchema.schemaDefinition.rootType('query')) {
    throw new StartupError(`The supergraph ${name} has no queries`, 'compose it from subgraphs with a Query type');
  }
  const subgraphs = supergraph.subgraphsMetadata();
  return {
    sdl,
    clientSchema: withOwnScalars(planningSchema.toGraphQLJSSchema(), subgraphs),
    planningSchema,
    fullSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: buildPlanner(supergraph, name),
    subgraphs,
  };
}

function buildSupergraph(sdl: string, name: string): Supergraph {
  try {
    return Supergraph.build(sdl, { supportedFeatures: SUPPORTED_FEATURES, validateSupergraph: true });
  } catch (error) {
    throw new StartupError(`The supergraph ${name} is not valid (${reason(error)})`, 'compose it again');
  }
}

function buildPlanner(supergraph: Supergraph, name: string): QueryPlanner {
  try {
    return new QueryPlanner(supergraph, {
      exposeDocumentNodeInFetchNode: true,
      debug: { maxEvaluatedPlans: MOST_EVALUATED_PLANS, pathsLimit: MOST_PATH_OPTIONS },
    });
  } catch (error) {
    throw new StartupError(`The supergraph ${name} can't be planned for (${reason(error)})`, 'compose it again');
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
