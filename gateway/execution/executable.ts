/** Whether a valid document can be executed as it was sent: with this operation and these variables. */
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError, getVariableValues, type OperationDefinitionNode } from 'graphql';
import type { AskedOperation } from '../asked-operation.ts';

const MOST_ERRORS = 10;
const ONLY_LIVE =
  'A subscription is answered over WebSocket, as text/event-stream, or as multipart/mixed;subscriptionSpec=1.0.';

/** @throws {GraphQLError} when no operation, or one of a kind that isn't served here, is named */
export function assertExecutable({ operation, schema }: AskedOperation): void {
  // Validation has passed, but neither the choice among several operations nor the kind is a matter of validation.
  const chosen: OperationDefinitionNode | undefined = operation;
  if (!chosen) throw clientError('There is not exactly one operation of this name.', 'OPERATION_RESOLUTION_FAILURE');
  if (!schema.getRootType(chosen.operation)) {
    throw clientError(`There is no ${chosen.operation} here.`, 'GRAPHQL_VALIDATION_FAILED');
  }
  if (chosen.operation === 'subscription') throw clientError(ONLY_LIVE, 'BAD_REQUEST');
}

/** @throws {GraphQLError} `BAD_USER_INPUT` that names the variable, without its value */
export function assertVariables({ schema, operation, request }: AskedOperation): void {
  const definitions = operation.variableDefinitions ?? [];
  const { errors } = getVariableValues(schema, definitions, request.variables ?? {}, { maxErrors: MOST_ERRORS });
  const [error] = errors ?? [];
  if (!error) return;
  throw clientError(withoutValue(error.message), 'BAD_USER_INPUT', error.nodes);
}

function clientError(message: string, code: ErrorCode, nodes?: GraphQLError['nodes']): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code, http: { status: 400 } } });
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
