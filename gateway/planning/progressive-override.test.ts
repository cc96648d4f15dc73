/** A field that goes over to another subgraph by and by is asked of both, as often as its percentage says. */
import { composeServices } from '@apollo/composition';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { graphInProcess } from '../testing/graph-in-process.ts';
import { createPlanning } from './plan.ts';
import { createPlanner } from './planner.ts';
import { createOverrideChoice } from './progressive-override.ts';

const OLD = 'type Query { thing: Thing count: Int } type Thing @key(fields: "id") { id: ID! name: String size: Int }';
const NEW = (label: string) => `
  type Query { count: Int @override(from: "old", label: "${label}") }
  type Thing @key(fields: "id") { id: ID! name: String @override(from: "old", label: "percent(20)") size: Int @override(from: "old") }`;

const SUBGRAPHS = (label: string) => ({
  old: { sdl: OLD, resolvers: { Query: { thing: () => ({ id: '1', name: 'old', size: 1 }), count: () => 1 } } },
  new: { sdl: NEW(label), resolvers: { Query: { count: () => 2 }, Thing: { name: () => 'new', size: () => 2 } } },
});

describe('a field that is overridden by a percentage', () => {
  it.each([
    [0.1, { count: 2, thing: { name: 'new' } }],
    [0.3, { count: 2, thing: { name: 'old' } }],
    [0.7, { count: 1, thing: { name: 'old' } }],
  ])('is planned for the one or the other, by one draw: %s', async (drawn, expected) => {
    const planned: string[] = [];
    const planner = createPlanner(composed('percent(60)'));
    const planning = createPlanning(
      {
        plan: async (task) => {
          planned.push(task.operation);
          const outcome = planner(task);
          if (outcome.kind === 'too-complex') throw new Error('too complex');
          return outcome.plan;
        },
      },
      createOverrideChoice(composed('percent(60)'), () => drawn),
      () => undefined,
    );
    const document = parse('{ count thing { name } }');
    const text = JSON.stringify(await planning.plan(document, undefined), (key, value) =>
      key === 'operationDocumentNode' ? undefined : value,
    );
    await planning.plan(document, undefined);
    expect(planned.length).toBe(1);
    expect({
      count: /"new","variableUsages":\[\],"operation":"\{count/.test(text) ? 2 : 1,
      thing: { name: text.includes('...on Thing{name}') ? 'new' : 'old' },
    }).toEqual(expected);
  });

  it('is asked of both in the long run, and one without a percentage of the new one alone', async () => {
    const graph = graphInProcess(SUBGRAPHS('percent(50)'));
    const query = '{ count thing { size } }';
    const answers = await Promise.all(Array.from({ length: 100 }, () => graph.ask(query)));
    const counts = new Set(answers.map(({ data }) => (data as { readonly count: number }).count));
    expect([...counts].toSorted()).toEqual([1, 2]);
    expect(answers.every(({ data }) => (data as { readonly thing: { readonly size: number } }).thing.size === 2)).toBe(
      true,
    );
  });

  it('stays where it was by a label that is no percentage', async () => {
    const graph = graphInProcess(SUBGRAPHS('by-tenant'));
    for (const _ of Array.from({ length: 20 })) expect((await graph.ask('{ count }')).data).toEqual({ count: 1 });
  });
});

function composed(label: string): string {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override"])\n';
  const { supergraphSdl = '' } = composeServices([
    { name: 'old', url: 'http://old', typeDefs: parse(link + OLD) },
    { name: 'new', url: 'http://new', typeDefs: parse(link + NEW(label)) },
  ]);
  return supergraphSdl;
}
