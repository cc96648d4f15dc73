/** For tests: speaks to a subgraph as the gateway does. */
import { type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { SubgraphClaims } from '../tenancy/principal.ts';

const graphqlAnswer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
});

export type GraphqlAnswer = z.output<typeof graphqlAnswer>;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface TestGateway {
  /** Asks for a principal with these claims, as if they were read a moment ago. */
  ask(claims: SubgraphClaims, query: string, variables?: Record<string, unknown>): Promise<GraphqlAnswer>;
  /** A request as it is given, with the gateway's certificate and nothing else of its own. */
  send(path: string, init: { method: string; headers?: Record<string, string>; body?: string }): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** @param subgraph name of the subgraph that listens on `port`: the audience of the tokens */
export function createTestGateway(
  identity: ServiceIdentity,
  subgraph: 'directory' | 'smart-home' | 'communal',
  port: number,
): TestGateway {
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });
  const send: TestGateway['send'] = async (path, init) => {
    const { statusCode, headers, body } = await request(`https://localhost:${port}${path}`, { dispatcher, ...init });
    return { status: statusCode, headers, body: await body.text() };
  };
  return {
    send,
    ask: async ({ sub, ...claims }, query, variables = {}) => {
      const token = await mintServiceToken(identity, subgraph, {
        accessVersion: Number.MAX_SAFE_INTEGER,
        ...claims,
        ...(sub !== undefined && { sub }),
      });
      const { body } = await send('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({ query, variables }),
      });
      return graphqlAnswer.parse(JSON.parse(body));
    },
    close: () => dispatcher.close(),
  };
}
