/**
 * Ways through a schema: to each field one path from a root type, as far as possible by fields that somebody sees, so
 * that of a field which they don't see the path shows that it is refused by itself.
 */
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** A field as it is selected: below an interface or union `typeName` says on which of its objects. */
export interface Step {
  readonly typeName: string;
  readonly fieldName: string;
}

export type FieldPath = readonly Step[];

export interface Walk {
  readonly schema: GraphQLSchema;
  /** Name of the root type. */
  readonly root: string;
  readonly isSeen: (step: Step) => boolean;
  /** Steps that may be gone; by default all. */
  readonly isOpen?: (step: Step) => boolean;
}

interface Way {
  readonly path: FieldPath;
  readonly cost: number;
}

/** More than any path is long. */
const COST_OF_UNSEEN = 1_000;

/** The shortest paths with the fewest unseen steps, one to each field that a path leads to. */
export function pathsToFields(walk: Walk): readonly FieldPath[] {
  const ways = waysToTypes(walk);
  return [...ways].flatMap(([typeName, { path }]) =>
    stepsFrom(walk, typeName).map((step): FieldPath => [...path, step]),
  );
}

/** `Type.field` of each field that is reached by seen steps alone, it being seen too. */
export function reachableFields(walk: Walk): ReadonlySet<string> {
  const seen = { ...walk, isOpen: (step: Step) => walk.isSeen(step) && (walk.isOpen?.(step) ?? true) };
  return new Set(pathsToFields(seen).map((path) => nameOf(path.at(-1))));
}

export function nameOf(step: Step | undefined): string {
  return step ? `${step.typeName}.${step.fieldName}` : '';
}

function waysToTypes(walk: Walk): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>([[walk.root, { path: [], cost: 0 }]]);
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (const [typeName, { path, cost }] of [...ways]) {
      for (const step of stepsFrom(walk, typeName)) {
        const way = { path: [...path, step], cost: cost + (walk.isSeen(step) ? 1 : COST_OF_UNSEEN) };
        for (const target of typesBehind(walk.schema, step)) {
          if ((ways.get(target)?.cost ?? Number.POSITIVE_INFINITY) <= way.cost) continue;
          ways.set(target, way);
          isChanged = true;
        }
      }
    }
  }
  return ways;
}

function stepsFrom({ schema, isOpen = () => true }: Walk, typeName: string): readonly Step[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.keys(type.getFields())
    .map((fieldName) => ({ typeName, fieldName }))
    .filter(isOpen);
}

/** The type that the field returns, and the objects that may stand behind it. */
function typesBehind(schema: GraphQLSchema, step: Step): readonly string[] {
  const type = returnedType(schema, step);
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
  return isInterfaceType(type) || isObjectType(type) ? [type.name, ...objects] : objects;
}

export function returnedType(schema: GraphQLSchema, { typeName, fieldName }: Step): GraphQLNamedType {
  return getNamedType(fieldOf(schema, { typeName, fieldName }).type);
}

export function fieldOf(schema: GraphQLSchema, { typeName, fieldName }: Step) {
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) throw new TypeError(`there is no field ${typeName}.${fieldName}`);
  return field;
}
