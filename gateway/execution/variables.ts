/** Whether the variables fit what the operation declares, before anything is done with them. */
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { GraphQLError, getVariableValues } from 'graphql';

const MOST_ERRORS = 10;

/** @throws {GraphQLError} `BAD_USER_INPUT` that names the variable, without its value */
export function assertVariables({ schema, operation, request }: GatewayGraphQLRequestContext): void {
  const definitions = operation.variableDefinitions ?? [];
  const { errors } = getVariableValues(schema, definitions, request.variables ?? {}, { maxErrors: MOST_ERRORS });
  const [error] = errors ?? [];
  if (!error) return;
  throw new GraphQLError(withoutValue(error.message), {
    nodes: error.nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}

/** Says what was expected; what came instead is known to whoever sent it. */
function withoutValue(message: string): string {
  const [, variable, reason] = /^(Variable "\$\w+") got invalid value .*?; ([^;]*)$/s.exec(message) ?? [];
  const told = variable && reason ? `${variable} got an invalid value. ${reason}` : message;
  return told
    .replace(/:? ?Did you mean .*$/s, '')
    .replace(/(value): .*$/s, '$1.')
    .slice(0, 300);
}
