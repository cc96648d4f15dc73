/**
 * What a subgraph is told of an entity, so that it knows which one it is: its type, a key, and what fields there require.
 * It is written straight to JSON, by a writer that is made once for each type of entity.
 *
 * A field that isn't in the data leaves out the fragment that it stands in; an entity of which that is all isn't asked
 * for.
 */
import type { FetchDataRewrite, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Data, isData, isList } from './data.ts';
import { quote } from './quote.ts';
import { fitsCondition, typeConditionOf } from './runtime-types.ts';

/** @returns undefined when the entity can't be told of */
export type Represent = (entity: Data) => string | undefined;

type WriteValue = (value: unknown) => string | undefined;

interface Member {
  readonly dataKey: string;
  /** The name that the subgraph knows, with its colon. */
  readonly prefix: string;
  readonly write: WriteValue;
}

/** Members that are there together or not at all. */
interface Part {
  readonly members: readonly Member[];
  /** Parts within fragments of this one. */
  readonly inner: readonly Part[];
}

export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  schema: GraphQLSchema,
): Represent {
  const write = compileObject(requires, rewrites, schema);
  return (entity) => {
    const text = typeof entity['__typename'] === 'string' ? write(entity) : undefined;
    return text === undefined || text === '{}' ? undefined : text;
  };
}

function compileObject(
  selections: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  schema: GraphQLSchema,
): Represent {
  const byType = new Map<string, Represent>();
  const untyped = compileFor(undefined);
  return (entity) => {
    const typeName = entity['__typename'];
    if (typeof typeName !== 'string') return untyped(entity);
    let write = byType.get(typeName);
    if (!write) {
      write = compileFor(typeName);
      // What isn't of the schema is as much as a subgraph likes.
      if (schema.getType(typeName)) byType.set(typeName, write);
    }
    return write(entity);
  };

  function compileFor(typeName: string | undefined): Represent {
    const fits = (condition: string): boolean => typeName !== undefined && fitsCondition(schema, typeName, condition);
    const here = rewrites.flatMap((rewrite) => withinType(rewrite, fits));
    return writerOf(partOf(selections, applicable(selections, fits), here, fits, schema));
  }
}

/** All selections of fields that apply, for what several fragments select below one field. */
function applicable(
  selections: readonly QueryPlanSelectionNode[],
  fits: (condition: string) => boolean,
): readonly QueryPlanFieldNode[] {
  return selections.flatMap((node) => {
    if (node.kind === 'Field') return [node];
    return node.typeCondition !== undefined && fits(node.typeCondition) ? applicable(node.selections, fits) : [];
  });
}

function partOf(
  selections: readonly QueryPlanSelectionNode[],
  all: readonly QueryPlanFieldNode[],
  rewrites: readonly FetchDataRewrite[],
  fits: (condition: string) => boolean,
  schema: GraphQLSchema,
): Part {
  const members: Member[] = [];
  const inner: Part[] = [];
  for (const node of selections) {
    if (node.kind === 'Field') {
      members.push(memberOf(node, all, rewrites, schema));
    } else if (node.typeCondition !== undefined && fits(node.typeCondition)) {
      inner.push(partOf(node.selections, all, rewrites, fits, schema));
    }
  }
  return { members, inner };
}

function memberOf(
  { name, alias }: QueryPlanFieldNode,
  all: readonly QueryPlanFieldNode[],
  rewrites: readonly FetchDataRewrite[],
  schema: GraphQLSchema,
): Member {
  const dataKey = alias ?? name;
  const below = all.flatMap((field) => ((field.alias ?? field.name) === dataKey ? (field.selections ?? []) : []));
  const own = rewrites.filter(({ path }) => path[0] === dataKey);
  let [prefix, write] = [name, below.length > 0 ? writerBelow(below, rewritesBelow(own), schema) : writeLeaf];
  for (const rewrite of own.filter(({ path }) => path.length === 1)) {
    if (rewrite.kind === 'KeyRenamer') prefix = rewrite.renameKeyTo;
    else write = constant(rewrite.setValueTo);
  }
  return { dataKey, prefix: `${JSON.stringify(prefix)}:`, write };
}

function rewritesBelow(rewrites: readonly FetchDataRewrite[]): readonly FetchDataRewrite[] {
  return rewrites.filter(({ path }) => path.length > 1).map((rewrite) => ({ ...rewrite, path: rewrite.path.slice(1) }));
}

/** A rewrite in terms of an object's fields; none when it is for objects of another type. */
function withinType(rewrite: FetchDataRewrite, fits: (condition: string) => boolean): readonly FetchDataRewrite[] {
  const condition = typeConditionOf(rewrite.path[0] ?? '');
  if (condition === undefined) return [rewrite];
  return fits(condition) ? withinType({ ...rewrite, path: rewrite.path.slice(1) }, fits) : [];
}

function writerOf(part: Part): Represent {
  const [only, ...others] = nonEmpty(part);
  if (!only) return () => '{}';
  if (others.length === 0) return (entity) => enclosed(writeMembers(only.members, entity));
  return (entity) => {
    const written = new Map<string, string>();
    if (!addMembers(part, entity, written)) return undefined;
    return enclosed([...written.values()].join(','));
  };
}

function nonEmpty(part: Part): readonly Part[] {
  const inner = part.inner.flatMap(nonEmpty);
  return part.members.length > 0 ? [part, ...inner] : inner;
}

function enclosed(members: string | undefined): string | undefined {
  return members === undefined ? undefined : `{${members}}`;
}

function writeMembers(members: readonly Member[], entity: Data): string | undefined {
  let text = '';
  for (const { dataKey, prefix, write } of members) {
    const value = write(entity[dataKey]);
    if (value === undefined) return undefined;
    text += text === '' ? prefix + value : `,${prefix}${value}`;
  }
  return text;
}

/** @returns false when a member of the part itself isn't there */
function addMembers({ members, inner }: Part, entity: Data, written: Map<string, string>): boolean {
  const own: (readonly [string, string])[] = [];
  for (const { dataKey, prefix, write } of members) {
    const value = write(entity[dataKey]);
    if (value === undefined) return false;
    own.push([prefix, prefix + value]);
  }
  for (const [prefix, text] of own) written.set(prefix, text);
  for (const part of inner) addMembers(part, entity, written);
  return true;
}

function writerBelow(
  selections: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
  schema: GraphQLSchema,
): WriteValue {
  const writeObject = compileObject(selections, rewrites, schema);
  const write: WriteValue = (value) => {
    if (value === undefined) return undefined;
    if (isList(value)) return `[${value.map((item) => write(item) ?? 'null').join(',')}]`;
    return isData(value) ? (writeObject(value) ?? 'null') : 'null';
  };
  return write;
}

function writeLeaf(value: unknown): string | undefined {
  if (typeof value === 'string') return quote(value);
  return value === undefined ? undefined : JSON.stringify(value);
}

function constant(value: unknown): WriteValue {
  const text = JSON.stringify(value);
  return () => text;
}
