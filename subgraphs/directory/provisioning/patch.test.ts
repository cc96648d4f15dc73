/** Every way in which a provider says that somebody is (in)active means what it says; what says neither is refused. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyPatch } from './patch.ts';
import { ScimUser, USER } from './schemas.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const user = (active: boolean) =>
  new ScimUser({ id: '1', schemas: [USER.id], userName: 'ada', active, emails: [{ value: 'a@b.example' }] }, 'out');

/** `name` in letters of any case. */
const cased = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join(''));

/** A truth as providers write it. */
const truth = (value: boolean): fc.Arbitrary<unknown> => {
  const plain = fc.oneof(fc.constant(value), cased(String(value)), fc.constant(value ? 1 : 0));
  return fc.oneof(
    plain,
    plain.map((inner) => [inner]),
    plain.map((inner) => ({ value: inner })),
    plain.map((inner) => [{ $ref: null, value: inner }]),
    ...(value ? [] : [fc.constant(null)]),
  );
};

const attribute = fc.tuple(fc.constantFrom('', `${USER.id}:`), cased('active')).map((parts) => parts.join(''));

/** An operation that sets `active`, with other attributes beside it where there is room for them. */
const operation = (value: boolean): fc.Arbitrary<object> => {
  const op = fc.oneof(cased('replace'), cased('add'));
  const beside = fc.constantFrom({}, { displayName: 'Ada' }, { title: 'Countess' }, { 'name.givenName': 'Ada' });
  return fc.oneof(
    fc.record({ op, path: attribute, value: truth(value) }),
    fc
      .tuple(op, attribute, truth(value), beside)
      .map(([op, name, value, others]) => ({ op, value: { ...others, [name]: value } })),
    fc.tuple(op, truth(value)).map(([op, value]) => ({ op, value: { [USER.id]: { active: value } } })),
    fc.tuple(op, truth(value)).map(([op, value]) => ({ op, path: '', value: { active: value } })),
    ...(value ? [] : [fc.record({ op: cased('remove'), path: attribute })]),
  );
};

const message = (operations: readonly object[]) => ({ schemas: [PATCH_OP], Operations: operations });

describe('PATCH that removes values of a list', () => {
  const removing = (value: unknown) => applyPatch(user(true), message([{ op: 'Remove', path: 'emails', value }]));

  it('removes those alone', async () => {
    const left = async (value: unknown) => (JSON.parse(JSON.stringify(await removing(value))).emails ?? []).length;
    expect(await left([{ value: 'a@b.example' }])).toBe(0);
    expect(await left('a@b.example')).toBe(0);
    expect(await left([{ value: 'other@b.example' }, { type: 'work' }])).toBe(1);
  });

  it('makes no filter of names and values that came', async () => {
    await removing([{ 'a.__proto__.polluted': 'x', value: `"${'\\'.repeat(200)}` }]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('PATCH of `active`', () => {
  it.each([true, false])('in any form that means %s sets it so, whatever it was', async (value) => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), operation(value), async (before, one) => {
        const patched = await applyPatch(user(before), message([one]));
        expect(patched.active).toBe(value);
        expect(patched.userName).toBe('ada');
      }),
      { numRuns: 500 },
    );
  });

  it('goes by the last of several operations', async () => {
    const either = fc.boolean().chain((value) => operation(value).map((one) => ({ one, value })));
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(either, { minLength: 1, maxLength: 5 }), async (before, all) => {
        const patched = await applyPatch(user(before), message(all.map(({ one }) => one)));
        expect(patched.active).toBe(all.at(-1)?.value);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused in any form that means neither', async () => {
    const neither = fc
      .oneof(fc.string(), fc.double(), fc.constant({}), fc.constant([]), fc.constant([false, true]))
      .filter((value) => !(typeof value === 'string' && /^\s*(true|false|0|1)\s*$/i.test(value)))
      .filter((value) => value !== 0 && value !== 1);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), neither, async (before, value) => {
        const one = { op: 'replace', path: 'active', value };
        await expect(applyPatch(user(before), message([one]))).rejects.toMatchObject({ status: 400 });
      }),
      { numRuns: 300 },
    );
  });

  it('never takes anything else for an answer: what it can’t understand is refused, and nothing is thrown but that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string(), fc.jsonValue(), async (op, path, value) => {
        const done = applyPatch(user(true), message([{ op, path, value } as object])).then(
          () => 'patched',
          (error: { status?: number }) => error.status,
        );
        expect(['patched', 400]).toContain(await done);
      }),
      { numRuns: 400 },
    );
    expect(Object.prototype).toEqual({});
  });
});
