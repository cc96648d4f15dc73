import { PERSONAS } from '@commonhold/development/personas.ts';
import { examplesAt } from '@commonhold/gateway/explorer/examples.ts';
import { ROLES } from '@commonhold/schema/policy.ts';
import { describe, expect, it } from '@jest/globals';
import { ask } from '../system/client.ts';

const examples = examplesAt(new Date());

describe('the examples of the explorer', () => {
  it('have one for every role', () => {
    expect(
      Object.keys(ROLES).filter((role) => !examples.some(({ roles }) => (roles as readonly string[]).includes(role))),
    ).toEqual([]);
  });

  const cases = examples.flatMap((example) =>
    PERSONAS.filter(({ role }) => example.roles.includes(role)).map(({ email }) => ({ ...example, email })),
  );

  it.each(cases)('$title comes back whole for $email', async ({ email, query, variables }) => {
    const { status, body } = await ask(email, query, variables);
    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
    const [answer] = Object.values(body.data ?? {});
    expect(answer).not.toBeNull();
    expect(JSON.stringify(answer)).toMatch(/[a-z0-9]"?[,}]/i);
  });
});
