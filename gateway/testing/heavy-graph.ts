/**
 * For tests and benchmarks: a supergraph whose plans take as long as is asked for, since each level of an operation can be
 * had of several subgraphs.
 */
import { composeSupergraph } from '@commonhold/schema/compose-supergraph.ts';
import { parse } from 'graphql';

const SUBGRAPHS = 4;
const LEVELS = 5;

/** @param fields of each level; a hundred take some two seconds */
export function heavyGraph(fields: number): { readonly sdl: string; readonly operation: string } {
  const names = Array.from({ length: fields }, (_, index) => `f${index}`);
  const shared = `${names.map((name) => `${name}: Int @shareable`).join(' ')} next: Level @shareable`;
  const subgraphs = Array.from({ length: SUBGRAPHS }, (_, index) => ({
    name: `heavy${index}`,
    routingUrl: `http://localhost:1/heavy${index}`,
    document: parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
      type Query { ${index === 0 ? 'start: Level light: Int' : `unused${index}: Int`} }
      type Level @key(fields: "id") { id: ID! ${index === 0 ? '' : shared} }
    `),
  }));
  const selection = Array.from({ length: LEVELS }).reduce<string>(
    (below) => `${names.join(' ')} next { ${below} }`,
    names.join(' '),
  );
  return { sdl: composeSupergraph(subgraphs), operation: `{ start { ${selection} } }` };
}
