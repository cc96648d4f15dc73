/** An answer that is left as it is, in part, says the same as one that is parsed. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type GraphInProcess, graphInProcess } from '../testing/graph-in-process.ts';

const graph: GraphInProcess = graphInProcess({
  homes: {
    sdl: `
      scalar Reading
      type Query { homes: [Home] first: Home! }
      type Home @key(fields: "id") { id: ID! rooms: [Room!]! }
      type Room { name: String! level: Int area: Float heated: Boolean! use: Use last: Reading tags: [String] doors: [Door!] }
      type Door { id: ID! }
      enum Use { LIVING STORING HIDDEN @inaccessible }`,
    resolvers: {},
  },
  devices: {
    sdl: `
      type Home @key(fields: "id") { id: ID! devices: [Device] hub: Device! }
      type Device { id: ID! name: String on: Boolean }`,
    resolvers: {},
  },
});

const ROOM = '{ name level area heated use last tags doors { id } }';
const QUERY = `{ homes { id rooms ${ROOM} devices { id name on } hub { id } } first { rooms ${ROOM} } }`;

/** What a value should be, and so seldom something else that it is alone in an answer. */
function mostly(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom<unknown>(null, 7, 1.5, -0, 1e21, 2 ** 40, true, '', 'text', [], {}, ['x'], undefined);
  return fc.oneof({ weight: 100, arbitrary }, { weight: 1, arbitrary: wrong });
}

function seldom(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\ud800', '\u2028', 'é'));
const leaves = {
  text: mostly(text),
  int: mostly(fc.oneof(fc.nat(999), fc.nat(999), seldom(fc.integer()), fc.constant(null))),
  float: mostly(
    fc.oneof(
      fc.integer({ min: -9_999, max: 9_999 }).map((cents) => cents / 100),
      seldom(fc.double()),
      fc.constant(null),
    ),
  ),
  boolean: mostly(fc.boolean()),
};
const door = mostly(objectOf({ id: leaves.text }));
const room = mostly(
  objectOf({
    name: leaves.text,
    level: leaves.int,
    area: leaves.float,
    heated: leaves.boolean,
    use: mostly(fc.oneof(fc.constantFrom('LIVING', 'STORING', null), seldom(fc.constantFrom('HIDDEN', 'OTHER')))),
    last: fc.oneof(leaves.text, leaves.float, leaves.boolean),
    tags: mostly(fc.oneof(fc.array(leaves.text, { maxLength: 2 }), fc.constant(null))),
    doors: mostly(fc.oneof(fc.array(door, { maxLength: 2 }), fc.constant(null))),
  }),
);
const rooms = mostly(fc.array(room, { maxLength: 2 }));
const home = objectOf({ __typename: fc.constant('Home'), id: mostly(text), rooms });
const device = mostly(objectOf({ id: leaves.text, name: leaves.text, on: leaves.boolean }));
const entity = mostly(
  objectOf({ devices: mostly(fc.array(device, { maxLength: 2 })), hub: mostly(objectOf({ id: leaves.text })) }),
);

/** Now and then with a key less, one too many, or in another order. */
function objectOf(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  const change = fc.oneof({ weight: 100, arbitrary: fc.constant('none') }, fc.constantFrom('less', 'more', 'order'));
  return fc.tuple(fc.record(members), change).map(([object, changed]) => {
    const entries = Object.entries(object);
    if (changed === 'less') return Object.fromEntries(entries.slice(1));
    if (changed === 'order') return Object.fromEntries(entries.toReversed());
    return changed === 'more' ? { ...object, more: 'x' } : object;
  });
}

async function answerTo(data: Readonly<Record<string, object>>, space: number) {
  for (const [name, answer] of Object.entries(data))
    graph.change[name] = () => JSON.stringify({ data: answer }, null, space);
  const { data: answered, errors } = await graph.ask(QUERY);
  return { answered, errors: errors.map(({ path, message }) => `${path?.join('.')}: ${message}`) };
}

describe('an answer of a subgraph', () => {
  it('means the same however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(home, { maxLength: 2 }),
        objectOf({ rooms }),
        fc.array(entity, { maxLength: 2 }),
        async (...some) => {
          const [homes, first, entities] = some;
          const data = { homes: { homes, first }, devices: { _entities: entities.slice(0, homes.length) } };
          expect(await answerTo(data, 0)).toEqual(await answerTo(data, 1));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['as it came, where nobody looks into it', 'area', '18.50', '18.50'],
    ['with its escapes', 'last', '"a\\u00e9\\n"', '"a\\u00e9\\n"'],
    ['as what it is, where it is written in another way', 'area', '1e1', '10'],
    ['as null, where clients know of no such value', 'use', '"HIDDEN"', 'null'],
  ])('is written %s', async (_, field, came, written) => {
    graph.change['homes'] = () => `{"data":{"first":{"rooms":[{"${field}":${came}}]}}}`;
    const text = await graph.write(`{ first { rooms { ${field} } } }`);
    expect(text).toBe(`{"first":{"rooms":[{"${field}":${written}}]}}`);
  });

  it('is mended where it is not UTF-8', async () => {
    graph.change['homes'] = () => Buffer.from('{"data":{"first":{"rooms":[{"name":"caf\xe9"}]}}}', 'latin1');
    expect(await graph.write('{ first { rooms { name } } }')).toBe('{"first":{"rooms":[{"name":"caf\ufffd"}]}}');
  });

  it('is looked into where it was fetched under another key', async () => {
    graph.change['homes'] = () =>
      '{"data":{"homes":[{"rooms":[{"id__asked":"hall"}]}],"first":{"rooms":[{"level":1}]}}}';
    const text = await graph.write('{ homes { rooms { id: name } } first { rooms { level } } }');
    expect(text).toBe('{"homes":[{"rooms":[{"id":"hall"}]}],"first":{"rooms":[{"level":1}]}}');
  });

  it('is put together with what another one says of the same', async () => {
    const part = (sdl: string, home: object) => ({
      sdl: `type Home @key(fields: "id") { id: ID! hub: Hub @shareable ${sdl}`,
      resolvers: { Home: { __resolveReference: () => ({ id: '1', ...home }) } },
    });
    const split = graphInProcess({
      one: {
        sdl: 'type Query { home: Home } type Home @key(fields: "id") { id: ID! }',
        resolvers: { Query: { home: () => ({ id: '1' }) } },
      },
      two: part('doors: [Door] } type Hub { on: Boolean } type Door { id: ID }', {
        hub: { on: true },
        doors: [{ id: 'd' }],
      }),
      three: part('gates: [Gate] } type Hub { name: String } type Gate { id: ID }', {
        hub: { name: 'h' },
        gates: [{ id: 'g' }],
      }),
    });
    const text = await split.write('{ home { hub { name on } doors { id } gates { id } } }');
    expect(text).toBe('{"home":{"hub":{"name":"h","on":true},"doors":[{"id":"d"}],"gates":[{"id":"g"}]}}');
  });

  it('is parsed where keys reach for a prototype', async () => {
    graph.change['homes'] = () => '{"data":{"first":{"rooms":[{"last":{"__proto__":{"isAdmin":true}}}]}}}';
    const { data, errors } = await graph.ask('{ first { rooms { last } } }');
    expect([data, errors.length]).toEqual([null, 1]);
  });
});
