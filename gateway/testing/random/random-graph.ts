/**
 * Subgraphs of a random supergraph: entities that several subgraphs add to, with plain and nested keys, references and
 * lists of them, an interface, a union, a value type, required fields; nullable or not.
 */
import { type Choices, createChoices } from './choices.ts';

export interface RandomSubgraph {
  readonly name: string;
  readonly sdl: string;
}

type KeyField = 'id' | 'code';

interface Entity {
  readonly name: string;
  /** The keys by which each subgraph knows it; those that don't know it have none. */
  readonly keys: ReadonlyMap<string, readonly KeyField[]>;
  /** A field of the first subgraph, which others require. */
  readonly required: string;
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@requires", "@external", "@shareable"])
enum Color @shareable { RED GREEN }
`.replace(' @shareable {', ' {');

export function randomGraph(numbers: readonly number[]): readonly RandomSubgraph[] {
  const choices = createChoices(numbers);
  const names = ['a', 'b', 'c'].slice(0, 2 + choices.below(2));
  const entities = Array.from({ length: 2 + choices.below(2) }, (_, index) =>
    randomEntity(`T${index}`, names, choices),
  );
  return names.map((name) => ({ name, sdl: LINK + randomSdl(name, entities, choices) }));
}

function randomEntity(name: string, subgraphs: readonly string[], choices: Choices): Entity {
  const home = choices.of(subgraphs);
  const keys = new Map<string, readonly KeyField[]>([[home, ['id', 'code']]]);
  for (const subgraph of subgraphs) {
    if (subgraph !== home && choices.below(4) > 0) keys.set(subgraph, [choices.of(['id', 'id', 'code'])]);
  }
  return { name, keys, required: `${name.toLowerCase()}_${home}_required` };
}

function randomSdl(subgraph: string, entities: readonly Entity[], choices: Choices): string {
  const own = entities.filter(({ keys }) => keys.has(subgraph));
  const withId = own.filter(({ keys }) => keys.get(subgraph)?.includes('id'));
  const abstracts = [...(withId.length > 0 ? ['Thing'] : []), ...(own.length > 0 ? ['Any'] : [])];
  const outputs = [...own.map(({ name }) => name), ...abstracts, 'Info', 'String', 'Int', 'Boolean', 'Color', 'Float'];
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
  ].join(' ');
  return [
    `type Query { ${root} }`,
    `type Mutation { ${subgraph}_do(n: Int): ${choices.of(outputs)} ${subgraph}_again: ${choices.of(outputs)} }`,
    'type Info @shareable { size: Int note: String! colors: [Color!] }',
    own.length > 0 ? 'type Code @shareable { part: ID! serial: String }' : '',
    withId.length > 0 ? 'interface Thing { id: ID! }' : '',
    own.length > 0 ? `union Any = ${own.map(({ name }) => name).join(' | ')}` : '',
    ...own.map((entity) => entitySdl(entity, subgraph, fields, choices)),
  ].join('\n');
}

function entitySdl(
  { name, keys, required }: Entity,
  subgraph: string,
  fields: (prefix: string, count: number) => string,
  choices: Choices,
): string {
  const here = keys.get(subgraph) ?? [];
  const isHome = here.length > 1;
  const prefix = `${name.toLowerCase()}_${subgraph}`;
  return [
    `type ${name}${here.includes('id') ? ' implements Thing' : ''}`,
    ...here.map((key) => `@key(fields: "${key === 'id' ? 'id' : 'code { part }'}")`),
    '{',
    ...here.map((key) => (key === 'id' ? 'id: ID!' : 'code: Code!')),
    isHome ? `${required}: String ${required}_info: Info` : '',
    !isHome && choices.below(2) === 0
      ? `${required}: String @external ${prefix}_requiring: String @requires(fields: "${required}")`
      : '',
    !isHome && choices.below(3) === 0
      ? `${required}_info: Info @external ${prefix}_nesting: String @requires(fields: "${required}_info { size note }")`
      : '',
    fields(prefix, 1 + choices.below(3)),
    '}',
  ].join(' ');
}

function randomType(name: string, choices: Choices): string {
  return choices.of(['T', 'T', 'T', 'T!', '[T]', '[T!]', '[T!]!', '[[T!]]']).replace('T', name);
}
