/** What an answer says of the fields that an operation asked for. */
import type { GraphQLSchema } from 'graphql';
import type { GraphQLAnswer } from '../system/client.ts';
import { sandboxCalls } from '../system/sandbox.ts';
import { nameOf, type Step } from './field-paths.ts';
import { type AskedField, type Operation, prunedPath, valuesAt } from './operation.ts';

type IsSeen = (step: Step) => boolean;

/** Every error as its code and path. */
export function codesByPath({ errors = [] }: GraphQLAnswer): readonly string[] {
  return errors.map(({ path, extensions }) => `${extensions?.['code']} ${path?.join('.')}`).toSorted();
}

/** What `codesByPath` gives when all that isn't seen, and nothing else, is left out before anything is asked. */
export function deniedPaths(
  schema: GraphQLSchema,
  { fields }: Pick<Operation, 'fields'>,
  isSeen: IsSeen,
  code = 'UNAUTHORIZED_FIELD_OR_TYPE',
): readonly string[] {
  const paths = fields.flatMap((field) => {
    const length = unseenLength(field, isSeen);
    return length === undefined ? [] : `${code} ${prunedPath(schema, field, length).join('.')}`;
  });
  return [...new Set(paths)].toSorted();
}

/** The names of the fields that have no value but null anywhere. */
export function unansweredFields(
  schema: GraphQLSchema,
  data: unknown,
  fields: readonly AskedField[],
): readonly string[] {
  return fields
    .filter((field) => valuesAt(schema, data, field).every(({ value }) => value == null))
    .map(({ path }) => nameOf(path.at(-1)));
}

/** The paths of all values that stand where something isn't seen. */
export function leakedPaths(
  schema: GraphQLSchema,
  data: unknown,
  { fields }: Pick<Operation, 'fields'>,
  isSeen: IsSeen,
): readonly string[] {
  return fields.flatMap((field) => {
    const length = unseenLength(field, isSeen);
    const found = length === undefined ? [] : valuesAt(schema, data, field, length);
    return found.filter(({ value }) => value != null).map(({ path }) => path.join('.'));
  });
}

/** How many steps there are up to the first that isn't seen; undefined: all are. */
function unseenLength({ path }: AskedField, isSeen: IsSeen): number | undefined {
  const index = path.findIndex((step) => !isSeen(step));
  return index < 0 ? undefined : index + 1;
}

/** The calls that both partners got with this request id. */
export async function callsOfPartners(requestId: string): Promise<readonly string[]> {
  const [smartHome, communal] = await Promise.all([
    sandboxCalls('smart-home', requestId),
    sandboxCalls('communal', requestId),
  ]);
  return [...smartHome, ...communal].map(({ operation }) => operation);
}
