/**
 * Random operations over the whole schema by a role of one company: selections, aliases, fragments, lists, variables,
 * directives and mutations, with arguments from `random-arguments.ts`.
 */
import { PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import type { Permissions } from '@commonhold/schema/permissions.ts';
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { Choices } from './choices.ts';
import { createArguments, type RandomArguments } from './random-arguments.ts';
import type { IdSource, Stranger } from './random-ids.ts';

export interface RandomOperation extends Operation {
  readonly persona: Persona;
  /** Every id and cursor in it that names nothing of the principal's. */
  readonly strangers: readonly Stranger[];
  /** The same operation with ids of the own company that don't exist, in the place of each of these. */
  readonly twin: Operation;
  /** Whether it may change anything. */
  readonly mayChange: boolean;
}

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Surroundings {
  readonly schema: GraphQLSchema;
  readonly permissions: Permissions;
  idsFor(persona: Persona): IdSource;
}

/** The operation that follows from `numbers`. */
export function randomOperation(numbers: readonly number[], surroundings: Surroundings): RandomOperation {
  const { strangers, namesSomething, isMutation, ...operation } = write(numbers, true, surroundings);
  const { query, variables } = write(numbers, false, surroundings);
  const mayChange = isMutation && (namesSomething || strangers.length === 0);
  return { ...operation, strangers, mayChange, twin: { query, variables } };
}

function write(numbers: readonly number[], withStrangers: boolean, surroundings: Surroundings) {
  const choices = new Choices(numbers);
  const persona = choices.of(PERSONAS);
  const { schema } = surroundings;
  const root = choices.chance(25) ? schema.getMutationType() : schema.getQueryType();
  if (!root) throw new TypeError('the schema lacks a root');
  const isMutation = root === schema.getMutationType();
  const args = createArguments(choices, surroundings.idsFor(persona), { isOrder: isMutation, withStrangers });
  const writer = createWriter(choices, persona, args, surroundings);
  const selection = writer.selectionOf(root, 0);
  const definitions = args.definitions();
  const head = `${isMutation ? 'mutation' : 'query'}${definitions.length > 0 ? ` (${definitions.join(', ')})` : ''}`;
  return {
    persona,
    query: [`${head} ${selection}`, ...writer.fragments()].join('\n'),
    variables: args.variables(),
    strangers: args.strangers(),
    namesSomething: args.namesSomething(),
    isMutation,
  };
}

/** What would change what the personas of other tests may do, or are told. */
export const CHANGES_RIGHTS: ReadonlySet<string> = new Set([
  'grantRole',
  'approveGrant',
  'breakGlass',
  'endBreakGlass',
  'reviewBreakGlass',
  'revokeGrant',
  'suspendPerson',
  'reinstatePerson',
  'startReview',
  'decideReviewItems',
  'closeReview',
  'setIdentityProvider',
  'removeIdentityProvider',
  'revokeProvisioningToken',
  'createProvisioningToken',
  'invitePerson',
  'setGroupRole',
  'removeGroupRole',
  'approveRecovery',
  'refuseRecovery',
  'announceIncident',
  'addPartnerContract',
  'createWebhook',
  'rotateWebhookSecret',
  'removeWebhook',
]);

const GREATEST_DEPTH = 7;
const GREATEST_FIELDS = 40;

type Composite = GraphQLObjectType | GraphQLInterfaceType;
type Field = GraphQLField<unknown, unknown>;

interface Writer {
  selectionOf(type: Composite, depth: number): string;
  fragments(): readonly string[];
}

function createWriter(
  choices: Choices,
  { role }: Persona,
  args: RandomArguments,
  { schema, permissions }: Surroundings,
): Writer {
  const fragments: string[] = [];
  const used = new Set<string>();
  let fields = 0;

  const isVisible = (type: Composite, field: Field): boolean =>
    permissions.visibility(role, type.name, field.name) !== 'none' && !isHidden(getNamedType(field.type));
  const isHidden = (type: GraphQLNamedType): boolean =>
    isObjectType(type) &&
    Object.keys(type.getFields()).every((name) => permissions.visibility(role, type.name, name) === 'none');

  const fieldsOf = (type: Composite, depth: number): readonly Field[] => {
    const all = Object.values(type.getFields()).filter(({ name }) => depth > 0 || !CHANGES_RIGHTS.has(name));
    const seen = all.filter((field) => isVisible(type, field));
    const visible = seen.length > 0 && choices.chance(90) ? seen : all;
    const isDeep = depth >= GREATEST_DEPTH || fields >= GREATEST_FIELDS;
    const possible = isDeep ? visible.filter((field) => isLeafType(getNamedType(field.type))) : visible;
    if (isDeep || depth === 0) return choices.some(possible, 1 + choices.below(isDeep ? 2 : 3));
    const nested = possible.filter((field) => isCompositeType(getNamedType(field.type)));
    const leaves = possible.filter((field) => !nested.includes(field));
    const count = choices.below(leaves.length > 0 ? 3 : 2) + (leaves.length > 0 ? 0 : 1);
    return [...choices.some(leaves, 1 + choices.below(3)), ...choices.some(nested, count)];
  };

  const fieldText = (field: Field, depth: number): string => {
    fields += 1;
    const type = getNamedType(field.type);
    const given = args.of(field);
    const name = responseName(field);
    const prefix = name === field.name ? '' : `${name}: `;
    const selection = isObjectType(type) || isInterfaceType(type) ? ` ${selectionOf(type, depth + 1)}` : '';
    return `${prefix}${field.name}${given}${directive()}${selection}`;
  };

  /** Two fields that take arguments never share a name: they couldn't be merged. */
  const responseName = (field: Field): string => {
    const isTaken = used.has(field.name);
    used.add(field.name);
    return (field.args.length > 0 && isTaken) || choices.chance(10) ? `a${used.size}_${fields}` : field.name;
  };

  const directive = (): string => {
    if (!choices.chance(4)) return '';
    const condition = choices.chance(50) ? args.flag() : String(choices.chance(70));
    return ` @${choices.of(['include', 'skip'])}(if: ${condition})`;
  };

  const selectionOf = (type: Composite, depth: number): string => {
    const own = fieldsOf(type, depth).map((field) => fieldText(field, depth));
    const kinds = isInterfaceType(type) ? choices.some(schema.getPossibleTypes(type), 1 + choices.below(3)) : [];
    const inKinds = kinds.map((kind) => inFragment(kind, selectionOf(kind, depth + 1)));
    const needsName = isInterfaceType(type) || own.length + inKinds.length === 0 || choices.chance(10);
    const text = `{ ${[...(needsName ? ['__typename'] : []), ...own, ...inKinds].join(' ')} }`;
    return choices.chance(10) ? `{ ${inFragment(type, text)} }` : text;
  };

  const inFragment = ({ name }: Composite, selection: string): string => {
    if (choices.chance(60)) return `... on ${name}${directive()} ${selection}`;
    fragments.push(`fragment F${fragments.length} on ${name} ${selection}`);
    return `...F${fragments.length - 1}${directive()}`;
  };

  return { selectionOf, fragments: () => fragments };
}
