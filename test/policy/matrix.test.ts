/**
 * What schema/permissions.md says is what the gateway answers: every role, every field, both companies. The operations
 * are made from the schema, so that a new field is asked for as soon as it is there.
 */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { PERSONAS } from '@commonhold/development/personas.ts';
import { decodeId } from '@commonhold/kit/tenancy/ids.ts';
import { ROLE_NAMES, rightsOfRole } from '@commonhold/schema/permissions.ts';
import { isSatisfied } from '@commonhold/schema/requirement.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask, tokenFor } from '../system/client.ts';
import { callsOfPartners, codesByPath, deniedPaths, leakedPaths, unansweredFields } from './answers.ts';
import { argumentsFrom, type Examples, gatherExamples, NULL_HERE, typesBeyond } from './examples.ts';
import { nameOf, type Step } from './field-paths.ts';
import { ALL_FIELDS, introspectedFields } from './introspection.ts';
import { loadMatrix } from './matrix.ts';
import { type Operation, operationOf } from './operation.ts';

const matrix = await loadMatrix();
const { schema, permissions } = matrix;

describe.each(COMPANIES)('at $name', ({ key, domain }) => {
  let examples: Examples;

  beforeAll(async () => {
    examples = await gatherExamples(domain);
  });

  describe.each(PERSONAS.filter(({ company }) => company === key))('$role', ({ email, role, residences }) => {
    const isSeen = (step: Step): boolean => matrix.isSeen(role, step);
    let operation: Operation;
    let answer: Answer;

    beforeAll(async () => {
      operation = operationOf(schema, 'query', matrix.queryPaths(role), argumentsFrom(schema, examples));
      answer = await ask(email, operation.query, operation.variables);
    });

    it('reads a value of each field that it sees', () => {
      const seen = operation.fields.filter(({ path }) => path.every(isSeen));
      const beyond = typesBeyond(examples, residences);
      expect(unansweredFields(schema, answer.body.data, seen).filter((name) => !(name in NULL_HERE))).toEqual(
        [...matrix.reachable(role)].filter((name) => beyond.includes(name.split('.')[0] ?? '')),
      );
    });

    it('is denied each other field by its path, and reads nothing of it', () => {
      expect(codesByPath(answer.body)).toEqual(deniedPaths(schema, operation, isSeen));
      expect(leakedPaths(schema, answer.body.data, operation, isSeen)).toEqual([]);
    });

    it('reads no id outside of its reach', () => {
      const ids = [...answer.text.matchAll(/"id":"([^"]+)"/g)].flatMap(([, id]) => decodeId(id) ?? []);
      expect(ids.length).toBeGreaterThan(0);
      expect(new Set(ids.map(({ tenant }) => tenant))).toEqual(new Set([key]));
      const beyond = ids.filter(({ residence }) => residence && residences && !residences.includes(residence));
      expect(beyond).toEqual([]);
    });

    it('is shown by introspection what it reaches, and nothing else', async () => {
      const { body } = await ask(email, ALL_FIELDS);
      expect(introspectedFields(body.data).toSorted()).toEqual([...matrix.reachable(role)].toSorted());
    });

    it('has the mutations that it sees carried out', async () => {
      const paths = matrix.mutationPaths(role, isSeen);
      if (paths.length === 0) return;
      const mutations = operationOf(schema, 'mutation', paths, argumentsFrom(schema, examples));
      const headers = { authorization: `Bearer ${await tokenFor(email, { fresh: matrix.needsFreshLogin(paths) })}` };
      const { body } = await ask(undefined, mutations.query, mutations.variables, headers);
      const seen = mutations.fields.filter(({ path }) => path.every(isSeen));
      expect(unansweredFields(schema, body.data, seen).filter((name) => !(name in NULL_HERE))).toEqual([]);
      expect(codesByPath(body)).toEqual(deniedPaths(schema, mutations, isSeen));
    });

    it('is denied the other mutations, and nobody is asked to carry them out', async () => {
      const paths = matrix.mutationPaths(role, (mutation) => !isSeen(mutation));
      const before = await consentsOf(domain);
      const mutations = operationOf(schema, 'mutation', paths, argumentsFrom(schema, examples));
      const { body, requestId } = await ask(email, mutations.query, mutations.variables);
      expect(codesByPath(body)).toEqual(deniedPaths(schema, mutations, isSeen));
      expect(leakedPaths(schema, body.data, mutations, isSeen)).toEqual([]);
      expect(await callsOfPartners(requestId)).toEqual([]);
      expect(await consentsOf(domain)).toEqual(before);
    });
  });
});

describe('the matrix', () => {
  it('has no field that nobody reaches', () => {
    const reached = new Set(ROLE_NAMES.flatMap((role) => [...matrix.reachable(role)]));
    const names = permissions.fields.map(nameOf);
    expect(names.filter((name) => !reached.has(name))).toEqual([]);
  });

  it.each(ROLE_NAMES)('gives %s no scope that opens nothing', (role) => {
    const rights = rightsOfRole(role);
    const reached = matrix.reachable(role);
    const fields = permissions.fields.filter((field) => reached.has(nameOf(field)));
    const opensNothing = [...rights.scopes].filter((scope) => {
      const others = { ...rights, scopes: new Set([...rights.scopes].filter((other) => other !== scope)) };
      return fields.every(({ requirements }) => isSatisfied(others, requirements));
    });
    expect(opensNothing).toEqual([]);
  });
});

/** All that mutations of the directory can change. */
async function consentsOf(domain: string): Promise<unknown> {
  const query = '{ consents(first: 100) { nodes { id partner since until withdrawnAt } } }';
  return (await ask(`company-admin@${domain}`, query)).body.data;
}
