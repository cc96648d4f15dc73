/**
 * No field without a policy, and no policy that nobody can hold.
 *
 * The build and each subgraph's start call this: what isn't decided in the SDL doesn't start.
 */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import {
  type DocumentNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';
import { isRole, POLICIES, ROLES, SCOPES } from '../policy.ts';
import { appliedRequirements, type DirectiveHolder } from './applied-requirements.ts';
import { type PolicyDirectiveNames, policyDirectiveNames } from './policy-directive-names.ts';

/**
 * Passes when every field of every object type, or its type, says who may read it, in words of `policy.ts`.
 *
 * Apart from that stand interfaces (federation forbids policies on them; their objects' count), inputs, and what the
 * federation adds by itself (`_Service`, `Query._entities`).
 *
 * @throws {StartupError} naming the subgraph, every field in question, and the remedy.
 *
 * @example
 * assertEveryFieldHasPolicy(parse(sdl), 'communal');
 */
export function assertEveryFieldHasPolicy(document: DocumentNode, subgraph: string): void {
  const names = policyDirectiveNames(document);
  refuse(
    `Subgraph ${subgraph} has fields without a policy`,
    fieldsWithoutPolicy(document, names),
    'put @authenticated, @requiresScopes or @policy on each or on its type; a public one says @policy(policies: [["public"]])',
  );
  refuse(
    `Subgraph ${subgraph} names what the vocabulary doesn't list`,
    unknownNames(document, names),
    'correct it, or add it to schema/policy.ts',
  );
}

function refuse(problem: string, places: readonly string[], remedy: string): void {
  if (places.length > 0) throw new StartupError(`${problem} (${places.join(', ')})`, remedy);
}

function fieldsWithoutPolicy(document: DocumentNode, names: PolicyDirectiveNames): readonly string[] {
  const objects = objectTypes(document);
  const hasPolicy = (node: DirectiveHolder): boolean => appliedRequirements(node, names).length > 0;
  const covered = new Set(objects.filter(hasPolicy).map(({ name }) => name.value));
  return objects
    .filter(({ name }) => !covered.has(name.value))
    .flatMap(({ name: typeName, fields }) =>
      (fields ?? [])
        .filter((field) => !hasPolicy(field))
        .map(({ name }) => `${typeName.value}.${name.value}`)
        .filter((field) => !FEDERATION_FIELDS.has(field)),
    );
}

const FEDERATION_FIELDS: ReadonlySet<string> = new Set(['_Service.sdl', 'Query._service', 'Query._entities']);

function unknownNames(document: DocumentNode, names: PolicyDirectiveNames): readonly string[] {
  const unknown = policyHolders(document).flatMap(({ label, node }) =>
    appliedRequirements(node, names).flatMap(({ scopes, policies }) => [
      ...outside(SCOPES, scopes.flat()).map((name) => `scope "${name}" on ${label}`),
      ...outside(POLICIES, policies.flat()).map((name) => `policy "${name}" on ${label}`),
    ]),
  );
  return [...unknown, ...unknownRoles(document)];
}

function outside(vocabulary: object, names: readonly string[]): readonly string[] {
  return names.filter((name) => !Object.hasOwn(vocabulary, name));
}

/** The enum `Role` and `policy.ts` list the same roles. */
function unknownRoles(document: DocumentNode): readonly string[] {
  const described = document.definitions
    .filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION)
    .find(({ name }) => name.value === 'Role')
    ?.values?.map(({ name }) => name.value);
  if (!described) return [];
  return [
    ...described.filter((role) => !isRole(role)).map((role) => `role "${role}"`),
    ...Object.keys(ROLES)
      .filter((role) => !described.includes(role))
      .map((role) => `no role "${role}" in enum Role`),
  ];
}

function policyHolders(document: DocumentNode): readonly { readonly label: string; readonly node: DirectiveHolder }[] {
  return document.definitions
    .filter((node) => isTypeDefinitionNode(node) || isTypeExtensionNode(node))
    .flatMap((node) => [
      { label: node.name.value, node },
      ...('fields' in node ? (node.fields ?? []) : []).map((field) => ({
        label: `${node.name.value}.${field.name.value}`,
        node: field,
      })),
    ]);
}

function objectTypes(document: DocumentNode): readonly (ObjectTypeDefinitionNode | ObjectTypeExtensionNode)[] {
  return document.definitions.filter(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
}
