/** What asks for a fresh login is given to one of the last five minutes alone; what asks for a strong one, to that alone. */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { PERSONAS } from '@commonhold/development/personas.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsOfPartners, codesByPath, deniedPaths } from './answers.ts';
import { type Examples, gatherExamples } from './examples.ts';
import { nameOf, type Step } from './field-paths.ts';
import { argumentsFrom } from './inputs.ts';
import { ALL_FIELDS, introspectedFields } from './introspection.ts';
import { loadMatrix } from './matrix.ts';
import { operationOf } from './operation.ts';
import { type SecondGateway, startSecondGateway, type TestLogin } from './second-gateway.ts';

const matrix = await loadMatrix();
const { schema } = matrix;
const isFreshOnly = (step: Step): boolean => matrix.needsFreshLogin([step]);
const isStrongOnly = (step: Step): boolean => matrix.needsStrongLogin([step]);
const isForBetterLogins = (step: Step): boolean => isFreshOnly(step) || isStrongOnly(step);

const OLD = { secondsAgo: FRESH_MFA_SECONDS + 1 };
const OLD_AND_STRONG = { ...OLD, isStrong: true };
const FRESH = {};
const BEST = { isStrong: true };

let gateway: SecondGateway;
beforeAll(async () => {
  gateway = await startSecondGateway();
});
afterAll(() => gateway?.stop());

it('no query asks for a better login, some mutation does', () => {
  const names = matrix.fields.filter(isForBetterLogins).map(({ typeName }) => typeName);
  expect([...new Set(names)]).toEqual(['Mutation']);
});

it('who changes how everybody logs in, or lets a provider give roles, needs a login that is both', () => {
  const strong = matrix.fields.filter(isStrongOnly);
  expect(strong.map(nameOf)).toEqual([
    'Mutation.setIdentityProvider',
    'Mutation.removeIdentityProvider',
    'Mutation.createProvisioningToken',
    'Mutation.setGroupRole',
  ]);
  expect(strong.every(isFreshOnly)).toBe(true);
});

describe.each(COMPANIES)('at $name', ({ key, domain }) => {
  let examples: Examples;
  beforeAll(async () => {
    examples = await gatherExamples(domain);
  });

  describe.each(PERSONAS.filter(({ company }) => company === key))('$role', (persona) => {
    const isSeen = (step: Step): boolean => matrix.isSeen(persona.role, step);
    const askAfter = async (login: TestLogin, isWanted: (step: Step) => boolean) => {
      const paths = matrix.mutationPaths(persona.role, isWanted);
      const operation = operationOf(schema, 'mutation', paths, argumentsFrom(schema, examples));
      const { body, requestId } = await gateway.ask(persona, operation.query, operation.variables, login);
      return { operation, body, calls: await callsOfPartners(requestId) };
    };

    it.each([
      ['an old one', OLD, isForBetterLogins],
      ['a fresh one that could be phished', FRESH, isStrongOnly],
      ['a strong one that is old', OLD_AND_STRONG, isFreshOnly],
    ])(
      'after %s is challenged for a better login by what is theirs, denied the rest, and nobody is asked',
      async (_, login, isWanted) => {
        const { operation, body, calls } = await askAfter(login, isWanted);
        const { theirs = [], others = [] } = Object.groupBy(operation.fields, ({ path: [mutation] }) =>
          mutation && isSeen(mutation) ? 'theirs' : 'others',
        );
        const expected = [
          ...deniedPaths(schema, { fields: theirs }, () => false, 'INSUFFICIENT_AUTHENTICATION'),
          ...deniedPaths(schema, { fields: others }, isSeen),
        ];
        expect(codesByPath(body).toSorted()).toEqual(expected.toSorted());
        expect(calls).toEqual([]);
      },
    );

    it('is shown it by introspection, however old and weak the login is', async () => {
      const { body } = await gateway.ask(persona, ALL_FIELDS, {}, OLD);
      expect(introspectedFields(body.data).toSorted()).toEqual([...matrix.reachable(persona.role)].toSorted());
    });

    it('has it carried out after the best of logins if it is theirs', async () => {
      const { operation, body, calls } = await askAfter(BEST, isForBetterLogins);
      expect(codesByPath(body)).toEqual(deniedPaths(schema, operation, isSeen));
      expect(calls.length > 0).toBe(isSeen({ typeName: 'Mutation', fieldName: 'unlockDoor' }));
    });
  });
});
