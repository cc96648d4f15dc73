/**
 * Subgraphs of a random supergraph: entities that several subgraphs add to, with plain, nested and composite keys,
 * references and lists of them, an interface, one that another subgraph knows as an object, a union, a value type, an
 * enum of which no subgraph knows all; fields that are required, provided, shared, moved or hidden; nullable or not.
 */
import { type Choices, createChoices } from './choices.ts';

export interface RandomSubgraph {
  readonly name: string;
  readonly sdl: string;
}

/** `both` is one key of two fields. */
type Key = 'id' | 'code' | 'both';

interface Entity {
  readonly name: string;
  /** The subgraph that has what others require, provide, or take over. */
  readonly home: string;
  /** The keys by which each subgraph knows it; those that don't know it have none. */
  readonly keys: ReadonlyMap<string, readonly Key[]>;
  /** A field of its home, which others require. */
  readonly required: string;
  /** The subgraph that takes over a field of its home, and how. */
  readonly moved: { readonly to: string | undefined; readonly label: string };
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@provides", "@shareable", "@override", "@interfaceObject", "@inaccessible", "@tag"])
enum Color { RED GREEN HIDDEN @inaccessible }
`;

export function randomGraph(numbers: readonly number[]): readonly RandomSubgraph[] {
  const choices = createChoices(numbers);
  const names = ['a', 'b', 'c'].slice(0, 2 + choices.below(2));
  const entities = Array.from({ length: 2 + choices.below(2) }, (_, index) =>
    randomEntity(`T${index}`, names, choices),
  );
  const nodes = choices.below(2) === 0 ? names : [];
  return names.map((name) => ({
    name,
    sdl: [LINK, randomSdl(name, entities, choices), nodes.length > 0 ? nodeSdl(name, nodes, choices) : ''].join('\n'),
  }));
}

function randomEntity(name: string, subgraphs: readonly string[], choices: Choices): Entity {
  const home = choices.of(subgraphs);
  const keys = new Map<string, readonly Key[]>([[home, ['id', 'code']]]);
  for (const subgraph of subgraphs) {
    if (subgraph !== home && choices.below(4) > 0) {
      keys.set(subgraph, choices.of<readonly Key[]>([['id'], ['id'], ['code'], ['id', 'code'], ['both']]));
    }
  }
  const others = subgraphs.filter((subgraph) => subgraph !== home && keys.has(subgraph));
  const moved = {
    to: others.length > 0 ? choices.of(others) : undefined,
    label: choices.of(['', 'label: "percent(0)"', 'label: "percent(100)"']),
  };
  return { name, home, keys, required: `${name.toLowerCase()}_${home}_required`, moved };
}

function hasId(keys: readonly Key[] | undefined): boolean {
  return keys?.some((key) => key !== 'code') ?? false;
}

/** An interface of which the first subgraph knows the types, and the others objects alone. */
function nodeSdl(subgraph: string, [first]: readonly string[], choices: Choices): string {
  // Two fetches may bring parts of it, and the executor of Apollo keeps one of them in a list of lists.
  const own = `node_${subgraph}: ${randomType(choices.of(['Int', 'String', 'Info']), choices)}`.replace(
    '[[Info!]]',
    '[Info!]',
  );
  const object = (name: string, fields = '') =>
    `type ${name} implements Node @key(fields: "id") { id: ID! ${own} ${fields} }`;
  return [
    `extend type Query { ${subgraph}_Nodes(first: Int): [Node!] ${subgraph}_Node: Node }`,
    ...(subgraph === first
      ? [`interface Node @key(fields: "id") { id: ID! ${own} }`, object('N0', 'n0: Int'), object('N1', 'n1: String!')]
      : [`type Node @interfaceObject @key(fields: "id") { id: ID! ${own} }`]),
  ].join('\n');
}

function randomSdl(subgraph: string, entities: readonly Entity[], choices: Choices): string {
  const own = entities.filter(({ keys }) => keys.has(subgraph));
  const withId = own.filter(({ keys }) => hasId(keys.get(subgraph)));
  const external = own.filter(({ home }) => home !== subgraph && choices.below(2) === 0);
  const abstracts = [...(withId.length > 0 ? ['Thing'] : []), ...(own.length > 0 ? ['Any'] : [])];
  const outputs = [...own.map(({ name }) => name), ...abstracts, 'Info', 'String', 'Int', 'Color', 'Size', 'Float'];
  const field = (name: string): string => `${name}: ${randomType(choices.of(outputs), choices)}`;
  const fields = (prefix: string, count: number): string =>
    Array.from({ length: count }, (_, index) => field(`${prefix}_${index}`)).join(' ');
  const root = [
    ...own.flatMap(({ name }) => [
      `${subgraph}_${name}: ${name}`,
      `${subgraph}_${name}s(first: Int): ${choices.of(['[T!]!', '[T]', '[T!]']).replace('T', name)}`,
    ]),
    ...abstracts.map((name) => `${subgraph}_${name}: ${choices.of(['[T!]', '[T]', 'T']).replace('T', name)}`),
    fields(`${subgraph}_root`, 2),
    'shared: Info @shareable shared_count: Int @shareable @tag(name: "shared")',
    ...external.map(({ name, required }) => `${subgraph}_provides_${name}: ${name} @provides(fields: "${required}")`),
  ].join(' ');
  return [
    `type Query { ${root} }`,
    `type Mutation { ${subgraph}_do(n: Int): ${choices.of(outputs)} ${subgraph}_again: ${choices.of(outputs)} }`,
    `enum Size { SMALL OF_${subgraph.toUpperCase()} }`,
    'type Info @shareable { size: Int note: String! colors: [Color!] }',
    own.length > 0 ? 'type Code @shareable { part: ID! serial: String }' : '',
    withId.length > 0 ? 'interface Thing { id: ID! }' : '',
    own.length > 0 ? `union Any = ${own.map(({ name }) => name).join(' | ')}` : '',
    ...own.map((entity) => entitySdl(entity, subgraph, external.includes(entity), fields, choices)),
  ].join('\n');
}

function entitySdl(
  { name, home, keys, required, moved }: Entity,
  subgraph: string,
  isRequiring: boolean,
  fields: (prefix: string, count: number) => string,
  choices: Choices,
): string {
  const here = keys.get(subgraph) ?? [];
  const isHome = home === subgraph;
  const prefix = `${name.toLowerCase()}_${subgraph}`;
  return [
    `type ${name}${hasId(here) ? ' implements Thing' : ''}`,
    ...here.map((key) => `@key(fields: "${KEY_FIELDS[key]}")`),
    '{',
    hasId(here) ? 'id: ID!' : '',
    here.some((key) => key !== 'id') ? 'code: Code!' : '',
    isHome ? `${required}: String @shareable ${required}_info: Info ${required}_moved: Int` : '',
    moved.to === subgraph ? `${required}_moved: Int @override(from: "${home}" ${moved.label})` : '',
    isRequiring ? `${required}: String @external ${prefix}_requiring: String @requires(fields: "${required}")` : '',
    !isHome && choices.below(3) === 0
      ? `${required}_info: Info @external ${prefix}_nesting: String @requires(fields: "${required}_info { size note }")`
      : '',
    `${prefix}_hidden: String @inaccessible`,
    fields(prefix, 1 + choices.below(3)),
    '}',
  ].join(' ');
}

const KEY_FIELDS: Readonly<Record<Key, string>> = { id: 'id', code: 'code { part }', both: 'id code { part }' };

function randomType(name: string, choices: Choices): string {
  return choices.of(['T', 'T', 'T', 'T!', '[T]', '[T!]', '[T!]!', '[[T!]]']).replace('T', name);
}
