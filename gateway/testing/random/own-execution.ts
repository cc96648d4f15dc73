/** The gateway's own execution on subgraphs in process. */
import { createLog } from '@commonhold/platform/log.ts';
import { type DocumentNode, type ExecutionResult, type GraphQLError, Kind } from 'graphql';
import { standsAnonymously } from '../../authentication/standing.ts';
import type { Path } from '../../execution/answer-errors.ts';
import type { Connection } from '../../execution/connection.ts';
import { createDataKeys } from '../../execution/data-keys.ts';
import type { ToldParts } from '../../execution/deferral/later-parts.ts';
import { hasDefer, resolveDefers } from '../../execution/deferral/resolve-defers.ts';
import { createExecution } from '../../execution/execute.ts';
import { withVerbatims } from '../../execution/marks.ts';
import { withDataKeys } from '../../execution/plan-keys.ts';
import type { WrittenData } from '../../execution/written-data.ts';
import { createPlanning } from '../../planning/plan.ts';
import { createPlanner } from '../../planning/planner.ts';
import type { PlannerPool } from '../../planning/planner-pool.ts';
import { createOverrideChoice } from '../../planning/progressive-override.ts';
import type { LoadedSupergraph } from '../../supergraph/load-supergraph.ts';
import type { SubgraphRequest } from './invented-subgraph.ts';

export interface OwnAnswer {
  readonly data: unknown;
  readonly errors: readonly GraphQLError[];
}

/** A text and bytes are sent as they are. @throws {Error} instead of answering */
type WriteAnswer = (request: SubgraphRequest) => Promise<ExecutionResult | string | Buffer>;

export interface WrittenAnswer extends OwnAnswer {
  /** Of `data`, as it is sent. */
  readonly text: string;
}

export interface ExecuteOwn {
  (document: DocumentNode, variables: Readonly<Record<string, unknown>>): Promise<WrittenAnswer>;
  /** With what comes later by `@defer`, each as it was told. */
  inParts(document: DocumentNode, variables: Readonly<Record<string, unknown>>): Promise<AnswerInParts>;
}

export interface AnswerInParts extends OwnAnswer {
  readonly later: readonly (readonly OwnPart[])[];
}

export interface OwnPart extends OwnAnswer {
  readonly path: Path;
  readonly label: string | undefined;
}

export function createOwnExecution(
  supergraph: LoadedSupergraph,
  subgraphs: Readonly<Record<string, WriteAnswer>>,
): ExecuteOwn {
  const findDataKeys = createDataKeys(supergraph);
  const plan = withDataKeys(
    createPlanning(planningHere(supergraph), createOverrideChoice(supergraph.sdl), () => undefined).plan,
    findDataKeys,
  );
  const reachable = Object.entries(subgraphs).map(([name, answer]) => ({
    name,
    url: `http://${name}`,
    connection: connectionTo(answer),
    mintToken: async () => undefined,
  }));
  const execute = createExecution(supergraph, reachable, findDataKeys, NONE_PARSED_AT_FIRST);
  const executeResolved = async (document: DocumentNode, variables: Readonly<Record<string, unknown>>) => {
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    if (!operation) throw new TypeError('no operation');
    return execute({
      planned: { document, plan: await plan(document, undefined) },
      leftOut: [],
      visibleSchema: supergraph.clientSchema,
      incoming: { document, operation, operationName: null, request: { variables } },
      fetchContext: {
        checkStanding: standsAnonymously,
        requestId: 'request',
        deadline: Date.now() + 60_000,
        signal: new AbortController().signal,
        log: () => SILENT,
        onFetch: () => undefined,
      },
    });
  };
  const own = async (asked: DocumentNode, variables: Readonly<Record<string, unknown>>) => {
    const document = resolved(asked, variables, false);
    const { data, errors } = await executeResolved(document, variables);
    const text = textOf(data);
    return { text, data: JSON.parse(text), errors };
  };
  return Object.assign(own, {
    inParts: async (asked: DocumentNode, variables: Readonly<Record<string, unknown>>) => {
      const { data, errors } = await executeResolved(resolved(asked, variables, true), variables);
      const later: OwnPart[][] = [];
      for await (const { parts } of (data?.later?.told ?? []) as AsyncIterable<ToldParts>) {
        later.push(
          parts.map(({ text = 'null', ...part }) => ({ ...part, errors: [...part.errors], data: JSON.parse(text) })),
        );
      }
      return { data: JSON.parse(textOf(data)), errors, later };
    },
  });
}

function resolved(document: DocumentNode, variables: Readonly<Record<string, unknown>>, acceptsParts: boolean) {
  return hasDefer(document) ? resolveDefers({ document, operationName: undefined, variables, acceptsParts }) : document;
}

/** @throws {TypeError} when it isn't UTF-8 */
function textOf(data: WrittenData | null): string {
  const written = data === null ? 'null' : withVerbatims(data.toString(), data.verbatims);
  return typeof written === 'string' ? written : UTF_8.decode(written);
}

/** Without threads: there are many supergraphs, with few plans each. */
function planningHere({ sdl }: LoadedSupergraph): Pick<PlannerPool, 'plan'> {
  const planOperation = createPlanner(sdl);
  return {
    plan: async (task) => {
      const planned = planOperation(task);
      if (planned.kind === 'too-complex') throw new Error('too complex');
      return planned.plan;
    },
  };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const NONE_PARSED_AT_FIRST = 0;
const SILENT = createLog('test', { LOG_LEVEL: 'silent' });

function connectionTo(answer: WriteAnswer): Connection {
  return {
    post: async (_, { body }) => {
      const answered = await answer(JSON.parse(body));
      return {
        status: 200,
        contentType: 'application/json',
        bytes: Buffer.isBuffer(answered)
          ? answered
          : Buffer.from(typeof answered === 'string' ? answered : JSON.stringify(answered)),
      };
    },
    get: () => Promise.reject(new Error('nothing is got here')),
    close: async () => undefined,
  };
}
