/** Arguments that a subgraph takes from objects further up: Apollo's executor has none, so that nothing is compared. */
import { describe, expect, it } from '@jest/globals';
import { type GraphInProcess, graphInProcess } from '../testing/graph-in-process.ts';

interface Lang {
  readonly lang?: string | null;
}

const HOUSES = {
  sdl: `
    type Query { houses: [House!] sites: [Site!] estate: Estate }
    interface Estate { rooms: [[Room]!] }
    type House implements Estate @key(fields: "id") { id: ID! lang: String! rooms: [[Room]!] home: Room flat: Flat }
    type Site implements Estate @key(fields: "id") { id: ID! lang: String rooms: [[Room]!] }
    type Flat @key(fields: "id") { id: ID! }
    type Room @key(fields: "id") { id: ID! lamp: Lamp }
    type Lamp @key(fields: "id") { id: ID! }`,
  resolvers: {
    Query: {
      houses: () => [house('1', 'en'), house('2', 'de')],
      sites: () => [{ id: '3', lang: null, rooms: [[{ id: 'a' }]] }],
      estate: () => ({ __typename: 'Site', id: '4', lang: 'fr', rooms: [[{ id: 'a' }, null], []] }),
    },
    Room: {
      __resolveReference: ({ id }: { readonly id: string }) => ({ id, lamp: { id: 'l' } }),
      lamp: () => ({ id: 'l' }),
    },
  },
};

function house(id: string, lang: string) {
  return { id, lang, rooms: [[{ id: 'a' }, { id: id }], [{ id: 'a' }]], home: { id: 'a' }, flat: { id: 'f' } };
}

const FLATS = {
  sdl: `
    type Flat @key(fields: "id") { id: ID! room: Room }
    type Room @key(fields: "id", resolvable: false) { id: ID! }`,
  resolvers: { Flat: { room: () => ({ id: 'a' }) } },
};

const SIGNS = {
  sdl: `
    type House @key(fields: "id") @context(name: "place") { id: ID! lang: String! @external }
    type Site @key(fields: "id") @context(name: "place") { id: ID! lang: String @external }
    type Room @key(fields: "id") {
      id: ID!
      sign(lang: String @fromContext(field: "$place ... on House { lang } ... on Site { lang }"), large: Boolean): String
    }
    type Lamp @key(fields: "id") {
      id: ID!
      label(lang: String @fromContext(field: "$place ... on House { lang } ... on Site { lang }")): String
    }`,
  resolvers: {
    Room: {
      sign: ({ id }: { readonly id: string }, { lang, large }: Lang & { readonly large?: boolean }) =>
        `${id} ${lang} ${large}`,
    },
    Lamp: { label: ({ id }: { readonly id: string }, { lang }: Lang) => `${id} ${lang}` },
  },
};

const graph = (): GraphInProcess => graphInProcess({ houses: HOUSES, flats: FLATS, signs: SIGNS });

describe('an argument from an object further up', () => {
  it('is what stands above each entity, also where one stands below several', async () => {
    const { data, errors } = await graph().ask('{ houses { rooms { sign(large: true) } home { sign } } }');
    expect(errors).toEqual([]);
    const told = (id: string, lang: string) => ({
      rooms: [[{ sign: `a ${lang} true` }, { sign: `${id} ${lang} true` }], [{ sign: `a ${lang} true` }]],
      home: { sign: `a ${lang} undefined` },
    });
    expect(data).toEqual({ houses: [told('1', 'en'), told('2', 'de')] });
  });

  it('asks once for all entities that are told the same', async () => {
    const counted = graph();
    await counted.ask('{ houses { rooms { sign } } }');
    expect(counted.received['signs']?.length).toBe(2);
  });

  it('comes from several steps up, through entities that stand at several places', async () => {
    const { data, errors } = await graph().ask('{ houses { flat { room { lamp { label } sign } } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({
      houses: ['en', 'de'].map((lang) => ({
        flat: { room: { lamp: { label: `l ${lang}` }, sign: `a ${lang} undefined` } },
      })),
    });
  });

  it('depends on the type of the object, and may be null', async () => {
    const { data, errors } = await graph().ask(
      '{ estate { ... on House { rooms { sign } } ... on Site { rooms { sign } } } sites { rooms { sign } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      estate: { rooms: [[{ sign: 'a fr undefined' }, null], []] },
      sites: [{ rooms: [[{ sign: 'a null undefined' }]] }],
    });
  });

  it('is not what the client puts under its name', async () => {
    const { data, errors } = await graph().ask('{ houses { lang: id home { sign } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({
      houses: [
        { lang: '1', home: { sign: 'a en undefined' } },
        { lang: '2', home: { sign: 'a de undefined' } },
      ],
    });
  });
});
