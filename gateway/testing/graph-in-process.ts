/** For tests: a supergraph whose subgraphs are functions in this process, carried out as the gateway does. */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { type ExecutionResult, graphql, parse } from 'graphql';
import { prepareSupergraph } from '../supergraph/load-supergraph.ts';
import type { SubgraphRequest } from './random/invented-subgraph.ts';
import { type AnswerInParts, createOwnExecution, type OwnAnswer } from './random/own-execution.ts';

export interface SubgraphInProcess {
  readonly sdl: string;
  readonly resolvers: GraphQLResolverMap;
}

export interface GraphInProcess {
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<OwnAnswer>;
  /** With what comes later. */
  askInParts(query: string, variables?: Readonly<Record<string, unknown>>): Promise<AnswerInParts>;
  /** The text of `data`, as it is sent. */
  write(query: string): Promise<string>;
  /** What each subgraph was asked. */
  readonly received: Readonly<Record<string, SubgraphRequest[]>>;
  /** What a subgraph does with its answer before it goes out; a text and bytes go out as they are. */
  readonly change: Record<string, (answer: ExecutionResult) => Changed | Promise<Changed>>;
}

type Changed = ExecutionResult | string | Buffer;

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@interfaceObject", "@inaccessible",
    "@tag", "@composeDirective", "@context", "@fromContext"])\n`;

export function graphInProcess(subgraphs: Readonly<Record<string, SubgraphInProcess>>): GraphInProcess {
  const definitions = Object.entries(subgraphs).map(([name, { sdl, resolvers }]) => {
    const typeDefs = parse(LINK + sdl);
    return { name, url: `http://${name}`, typeDefs, schema: buildSubgraphSchema([{ typeDefs, resolvers }]) };
  });
  const { supergraphSdl, errors } = composeServices(definitions);
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const received: Record<string, SubgraphRequest[]> = Object.fromEntries(definitions.map(({ name }) => [name, []]));
  const change: GraphInProcess['change'] = {};
  const answering = definitions.map(({ name, schema }) => [
    name,
    async (request: SubgraphRequest) => {
      received[name]?.push(request);
      const result = await graphql({ schema, source: request.query, variableValues: { ...request.variables } });
      return change[name]?.(result) ?? result;
    },
  ]);
  const execute = createOwnExecution(prepareSupergraph(supergraphSdl, 'test'), Object.fromEntries(answering));
  return {
    received,
    change,
    ask: async (query, variables = {}) => {
      const { data, errors } = await execute(parse(query), variables);
      return { data, errors };
    },
    askInParts: (query, variables = {}) => execute.inParts(parse(query), variables),
    write: async (query) => (await execute(parse(query), {})).text,
  };
}
