/** Whose role was granted for named residences gets nothing of a neighbour's: it is answered as if it weren't there. */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { PERSONAS } from '@commonhold/development/personas.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, isNonNullType } from 'graphql';
import { ask } from '../system/client.ts';
import { callsOfPartners } from './answers.ts';
import { absentInsteadOf, type Examples, gatherNeighbours } from './examples.ts';
import { type FieldPath, fieldOf } from './field-paths.ts';
import { argumentsFrom } from './inputs.ts';
import { loadMatrix } from './matrix.ts';
import { operationOf } from './operation.ts';

const matrix = await loadMatrix();
const { schema } = matrix;

describe.each(COMPANIES)('at $name', (company) => {
  const limited = PERSONAS.filter((persona) => persona.company === company.key && persona.residences);
  let neighbours: Examples;

  beforeAll(async () => {
    neighbours = await gatherNeighbours(company);
  });

  it('some roles are granted for residences alone', () => {
    expect(limited.map(({ role }) => role)).toEqual(['RESIDENT', 'TECHNICIAN']);
  });

  describe.each(limited)('$role', ({ email, role }) => {
    const askFor = (kind: 'query' | 'mutation', paths: readonly FieldPath[], examples: Examples) => {
      const { query, variables } = operationOf(schema, kind, paths, argumentsFrom(schema, examples));
      return ask(email, query, variables);
    };

    it.each([
      ['query', matrix.queryPaths(role).filter(takesId)],
      ['mutation', matrix.mutationPaths(role, (mutation) => matrix.isSeen(role, mutation))],
    ] as const)("is answered by a %s for a neighbour's objects as for absent ones", async (kind, paths) => {
      expect(paths.length).toBeGreaterThan(20);
      const neighbour = await askFor(kind, paths, neighbours);
      const absent = await askFor(kind, paths, absentInsteadOf(neighbours));
      expect(neighbour.status).toBe(200);
      expect(neighbour.body).toEqual(absent.body);
      expect(neighbour.text).not.toContain('"id"');
      expect(await callsOfPartners(neighbour.requestId)).toEqual([]);
    });
  });
});

/** Whether the path begins with an object that is named by its id. */
function takesId([root]: FieldPath): boolean {
  const args = root ? fieldOf(schema, root).args : [];
  return args.some(({ type }) => isNonNullType(type) && getNamedType(type).name === 'ID');
}
