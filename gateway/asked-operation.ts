/** An operation as the stages of a request look at it, whether Apollo Server has read it or an event asks for it. */
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';

export type AskedOperation = Pick<
  GatewayGraphQLRequestContext,
  'document' | 'operation' | 'operationName' | 'request' | 'schema' | 'queryHash'
>;
