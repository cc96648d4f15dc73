/** Who may see what, as it is written, and the ways that lead to each field for a role. */
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { buildASTSchema, type GraphQLSchema } from 'graphql';
import { type FieldPath, nameOf, pathsToFields, reachableFields, type Step, type Walk } from './field-paths.ts';
import { readWrittenMatrix, type Visibility, type WrittenField } from './written-matrix.ts';

export interface Matrix {
  readonly schema: GraphQLSchema;
  readonly fields: readonly WrittenField[];
  /** @throws {TypeError} when nothing is written about the field. */
  visibility(role: Role, field: Step): Visibility;
  isSeen(role: Role, field: Step): boolean;
  /** Whether something on this path asks for a fresh login. */
  needsFreshLogin(path: FieldPath): boolean;
  /** Whether something on this path asks for a login that can't be phished. */
  needsStrongLogin(path: FieldPath): boolean;
  /** A path to each field that a query leads to. */
  queryPaths(role: Role): readonly FieldPath[];
  /** A path to each of these mutations, and to each field of what it answers that no query does. */
  mutationPaths(role: Role, isWanted: (mutation: Step) => boolean): readonly FieldPath[];
  /** `Type.field` of all that the role reaches by fields that it sees. */
  reachable(role: Role): ReadonlySet<string>;
}

export async function loadMatrix(): Promise<Matrix> {
  const document = await readSchema([SUPERGRAPH_FILE]);
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const fields = await readWrittenMatrix();
  const byName = new Map(fields.map((field) => [nameOf(field), field]));
  const visibility = (role: Role, field: Step): Visibility => {
    const written = byName.get(nameOf(field))?.visibility.get(role);
    if (!written) throw new TypeError(`nothing is written about ${nameOf(field)} for ${role}`);
    return written;
  };
  const isSeen = (role: Role, field: Step): boolean => visibility(role, field) !== 'none';
  const walk = (role: Role, root: string): Walk => ({ schema, root, isSeen: (step) => isSeen(role, step) });
  const queryPaths = (role: Role): readonly FieldPath[] => pathsToFields(walk(role, 'Query'));
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {}).map((fieldName) => ({
    typeName: 'Mutation',
    fieldName,
  }));
  return {
    schema,
    fields,
    visibility,
    isSeen,
    needsFreshLogin: (path) => path.some((step) => byName.get(nameOf(step))?.asksForFreshLogin),
    needsStrongLogin: (path) => path.some((step) => byName.get(nameOf(step))?.asksForStrongLogin),
    queryPaths,
    mutationPaths(role, isWanted) {
      const queried = new Set(queryPaths(role).map((path) => path.at(-1)?.typeName));
      return mutations.filter(isWanted).flatMap((mutation) => {
        const isOpen = (step: Step): boolean => step.typeName !== 'Mutation' || step.fieldName === mutation.fieldName;
        const paths = pathsToFields({ ...walk(role, 'Mutation'), isOpen });
        return paths.filter((path) => !queried.has(path.at(-1)?.typeName));
      });
    },
    reachable: (role) =>
      new Set(['Query', 'Mutation', 'Subscription'].flatMap((root) => [...reachableFields(walk(role, root))])),
  };
}
