/** An Apollo Server plugin: remembers what was asked and told, and gives the answer its media type and status. */
import type { ApolloServerPlugin } from '@apollo/server';
import { getOperationAST } from 'graphql';
import type { WrittenData } from '../execution/written-data.ts';
import type { AdmittedRequest } from '../pipeline.ts';
import { httpAnswerFor } from '../protection/media-type.ts';
import type { Metrics } from './metrics.ts';

export interface GatewayContext {
  readonly request: AdmittedRequest;
  /** What comes of it. Apollo Server gives a copy of the context to whoever answers, with the same objects in it. */
  readonly outcome: { data?: WrittenData };
}

export function observeOperations(metrics: Metrics): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue, document, request, operationName, queryHash }) {
          const { record } = contextValue.request;
          record.operationHash = queryHash;
          record.operationName = operationName ?? undefined;
          record.operationKind = getOperationAST(document, request.operationName)?.operation;
        },
        async willSendResponse({ contextValue, request, response }) {
          if (response.body.kind !== 'single') return;
          const codes = (response.body.singleResult.errors ?? []).map(({ extensions }) => extensions?.['code']);
          for (const code of codes) {
            if (typeof code !== 'string') continue;
            contextValue.request.record.codes.push(code);
            metrics.errorTold(code);
          }
          const { http } = response;
          const { mediaType, status } = httpAnswerFor(request.http?.headers.get('accept'), http.status, codes[0]);
          http.headers.set('content-type', mediaType);
          if (status !== undefined) http.status = status;
        },
      };
    },
  };
}
