/** Random mixtures of references for `_entities` of a subgraph, and what is asked of the entities. */
import { PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { Choices } from './choices.ts';
import type { IdSource, Stranger } from './random-ids.ts';

export type Representation = Readonly<Record<string, unknown>>;

export interface Mixture {
  readonly persona: Persona;
  /** As somebody sends them who wants more than is theirs. */
  readonly forged: readonly Representation[];
  /** The same with nothing but type and id, and ids that don't exist instead of those that aren't theirs. */
  readonly plain: readonly Representation[];
  readonly strangers: readonly Stranger[];
}

/** What a representation may say of whose the entity is, and who sees it. */
const FORGED: readonly (readonly [name: string, value: unknown])[] = [
  ['tenant', 'riverside'],
  ['tenant', 'northgate'],
  ['tenantId', 'riverside'],
  ['company', { __typename: 'Company', id: 'x', slug: 'riverside' }],
  ['companyId', 'riverside'],
  ['residence', { __typename: 'Residence', id: 'x' }],
  ['residenceKey', 'riverside-p01-r01'],
  ['key', 'riverside-p01-r01'],
  ['areaSquareMeters', '1.00'],
  ['areaSquareMeters', { $gt: '' }],
  ['number', 'forged'],
  ['name', 'forged'],
  ['personal', 'forged'],
  ['scopes', ['person:read']],
  ['constructor', 'Object'],
  ['toString', null],
];

export interface MixtureSource {
  /** Names of the types that `_entities` of the subgraph takes, and the type that stands in their ids. */
  readonly types: ReadonlyMap<string, string>;
  /** Types that it gives back for any id of the company, because somebody else knows which there are. */
  readonly extended: readonly string[];
  idsFor(persona: Persona): IdSource;
}

export function randomMixture(numbers: readonly number[], { types, extended, idsFor }: MixtureSource): Mixture {
  const choices = new Choices(numbers);
  const persona = choices.of(PERSONAS);
  const ids = idsFor(persona);
  const drawn = Array.from({ length: 1 + choices.below(12) }, () => {
    const [__typename, idType] = choices.of([...types]);
    const any = ids.id(choices, choices.chance(5) ? choices.of([...types.values()]) : idType, false);
    const id = any.absent !== undefined && extended.includes(idType) ? ids.foreignId(choices, idType) : any;
    const extra = choices.some(FORGED, choices.below(4));
    return { __typename, id, extra };
  });
  return {
    persona,
    forged: drawn.map(({ __typename, id, extra }) => ({ __typename, id: id.text, ...Object.fromEntries(extra) })),
    plain: drawn.map(({ __typename, id }) => ({ __typename, id: id.absent ?? id.text })),
    strangers: drawn.flatMap(({ id }) => (id.absent === undefined ? [] : [id])),
  };
}

/** Types of references that a subgraph takes, by the type that stands in their ids: interfaces stand for their objects. */
export function referenceTypes(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const objects = entitiesOf(schema);
  const interfaces = objects.flatMap((type) => type.getInterfaces()).filter((type) => type.getFields()['id']);
  return new Map(
    [...objects, ...interfaces].map((type) => {
      const [implemented] = isInterfaceType(type) ? [] : type.getInterfaces();
      return [type.name, implemented?.name ?? type.name];
    }),
  );
}

/** Everything that can be read of the entities without being asked for by name, but what is computed from a reference. */
export function entitiesQuery(schema: GraphQLSchema): string {
  const fragments = entitiesOf(schema).map((type) => `... on ${type.name} ${selectionOf(type, 2)}`);
  return `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ${fragments.join(' ')} }
  }`;
}

function entitiesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const union = schema.getType('_Entity');
  return isUnionType(union) ? union.getTypes() : [];
}

function selectionOf(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap(({ name, type: returned, args, astNode }) => {
    const directives = astNode?.directives?.map((directive) => directive.name.value) ?? [];
    if (directives.includes('external') || directives.includes('requires')) return [];
    if (args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined)) return [];
    const inner = getNamedType(returned);
    const paged = args.some((argument) => argument.name === 'first') ? '(first: 2)' : '';
    const field = `${type.name}_${name}: ${name}${paged}`;
    if (isLeafType(inner)) return [field];
    if (isInterfaceType(inner)) return [`${field} { id }`];
    return isObjectType(inner) && depth > 0 ? [`${field} ${selectionOf(inner, depth - 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}
