/** What asks for a fresh login is given to a login of the last five minutes alone. */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { PERSONAS } from '@commonhold/development/personas.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsOfPartners, codesByPath, deniedPaths } from './answers.ts';
import { type Examples, gatherExamples } from './examples.ts';
import type { Step } from './field-paths.ts';
import { argumentsFrom } from './inputs.ts';
import { ALL_FIELDS, introspectedFields } from './introspection.ts';
import { loadMatrix } from './matrix.ts';
import { operationOf } from './operation.ts';
import { type SecondGateway, startSecondGateway } from './second-gateway.ts';

const matrix = await loadMatrix();
const { schema } = matrix;
const isFreshOnly = (step: Step): boolean => matrix.needsFreshLogin([step]);

let gateway: SecondGateway;
beforeAll(async () => {
  gateway = await startSecondGateway();
});
afterAll(() => gateway?.stop());

it('no query asks for a fresh login, some mutation does', () => {
  const names = matrix.fields.filter(isFreshOnly).map(({ typeName }) => typeName);
  expect([...new Set(names)]).toEqual(['Mutation']);
});

describe.each(COMPANIES)('at $name', ({ key, domain }) => {
  let examples: Examples;
  beforeAll(async () => {
    examples = await gatherExamples(domain);
  });

  describe.each(PERSONAS.filter(({ company }) => company === key))('$role', (persona) => {
    const isSeen = (step: Step): boolean => matrix.isSeen(persona.role, step);
    const askFreshOnly = async (secondsSinceLogin: number) => {
      const paths = matrix.mutationPaths(persona.role, isFreshOnly);
      const operation = operationOf(schema, 'mutation', paths, argumentsFrom(schema, examples));
      const { body, requestId } = await gateway.ask(persona, operation.query, operation.variables, secondsSinceLogin);
      return { operation, body, calls: await callsOfPartners(requestId) };
    };

    it('is challenged for a new login by what is theirs, denied the rest, and nobody is asked', async () => {
      const { operation, body, calls } = await askFreshOnly(FRESH_MFA_SECONDS + 1);
      const { theirs = [], others = [] } = Object.groupBy(operation.fields, ({ path: [mutation] }) =>
        mutation && isSeen(mutation) ? 'theirs' : 'others',
      );
      const expected = [
        ...deniedPaths(schema, { fields: theirs }, () => false, 'INSUFFICIENT_AUTHENTICATION'),
        ...deniedPaths(schema, { fields: others }, isSeen),
      ];
      expect(codesByPath(body).toSorted()).toEqual(expected.toSorted());
      expect(calls).toEqual([]);
    });

    it('is shown it by introspection, however old the login is', async () => {
      const { body } = await gateway.ask(persona, ALL_FIELDS, {}, FRESH_MFA_SECONDS + 1);
      expect(introspectedFields(body.data).toSorted()).toEqual([...matrix.reachable(persona.role)].toSorted());
    });

    it('has it carried out after a new login if it is theirs', async () => {
      const { operation, body, calls } = await askFreshOnly(0);
      expect(codesByPath(body)).toEqual(deniedPaths(schema, operation, isSeen));
      expect(calls.length > 0).toBe(isSeen({ typeName: 'Mutation', fieldName: 'unlockDoor' }));
    });
  });
});
