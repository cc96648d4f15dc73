/** What is answered in place of what a resolver has thrown. */
import type { GraphQLResolveInfo } from 'graphql';
import type { Defects } from '../defects.ts';
import { forbidden, internalError, isForClients } from '../errors.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';

/**
 * @param thrown null: nothing was, the field is denied
 * @returns `thrown` where it was made for clients; for anything else, which is recorded, an error that tells nothing
 */
export function answerTo(
  thrown: unknown,
  { parentType, fieldName }: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>,
  { log }: SubgraphRequest,
  defects: Defects,
): Error {
  if (thrown === null) return forbidden();
  if (isForClients(thrown)) return thrown;
  defects.unexpectedError(thrown, `${parentType.name}.${fieldName}`, log);
  return internalError();
}
