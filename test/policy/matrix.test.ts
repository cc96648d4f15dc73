/**
 * What schema/permissions.md says is what the gateway answers: every role, every field, both companies. The operations
 * are made from the schema, so that a new field is asked for as soon as it is there.
 */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { PERSONAS } from '@commonhold/development/personas.ts';
import { decodeId, encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { permissionsOf, ROLE_NAMES, rightsOfRole } from '@commonhold/schema/permissions.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { isSatisfied } from '@commonhold/schema/requirement.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask } from '../system/client.ts';
import { callsOfPartners, codesByPath, deniedPaths, leakedPaths, unansweredFields } from './answers.ts';
import { type Examples, gatherExamples, NULL_HERE, typesBeyond } from './examples.ts';
import { nameOf, type Step } from './field-paths.ts';
import { logInFreshly } from './fresh-login.ts';
import { argumentsFrom } from './inputs.ts';
import { ALL_FIELDS, introspectedFields } from './introspection.ts';
import { loadMatrix } from './matrix.ts';
import { type Operation, operationOf } from './operation.ts';

const matrix = await loadMatrix();
const supergraph = await readSchema([SUPERGRAPH_FILE]);
const { schema, fields } = matrix;

describe.each(COMPANIES)('at $name', ({ key, domain }) => {
  let examples: Examples;
  let strangers: Examples;

  beforeAll(async () => {
    examples = await gatherExamples(domain);
    strangers = elsewhere(key, examples);
  });

  describe.each(PERSONAS.filter(({ company }) => company === key))('$role', ({ email, subject, role, residences }) => {
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
      const written = fields.map((field) => matrix.visibility(role, field)).filter((mark) => mark !== 'none');
      expect(new Set(written)).toEqual(new Set([residences ? 'residences' : 'company']));
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

    it('is denied the other mutations, and nobody is asked to carry them out', async () => {
      const paths = matrix.mutationPaths(role, (mutation) => !isSeen(mutation));
      const before = await consentsOf(domain, strangers);
      const mutations = operationOf(schema, 'mutation', paths, argumentsFrom(schema, strangers));
      const { body, requestId } = await ask(email, mutations.query, mutations.variables);
      expect(codesByPath(body)).toEqual(deniedPaths(schema, mutations, isSeen));
      expect(leakedPaths(schema, body.data, mutations, isSeen)).toEqual([]);
      expect(await callsOfPartners(requestId)).toEqual([]);
      expect(await consentsOf(domain, strangers)).toEqual(before);
    });

    // Personas log in with a code; what a stronger login opens is in better-login.test.ts.
    const own = matrix.mutationPaths(role, (step) => isSeen(step) && !matrix.needsStrongLogin([step]));
    if (own.length === 0) return;

    it('has the mutations that it sees carried out', async () => {
      const mutations = operationOf(schema, 'mutation', own, argumentsFrom(schema, withOwn(examples, subject)));
      if (own.some(matrix.needsFreshLogin)) await logInFreshly(email);
      const { body } = await ask(email, mutations.query, mutations.variables);
      const seen = mutations.fields.filter(({ path }) => path.every(isSeen));
      expect(unansweredFields(schema, body.data, seen).filter((name) => !(name in NULL_HERE))).toEqual([]);
      expect(codesByPath(body)).toEqual(deniedPaths(schema, mutations, isSeen));
    });
  });
});

describe('the matrix', () => {
  it('has each field of the schema, and none that nobody reaches', () => {
    const reached = new Set(ROLE_NAMES.flatMap((role) => [...matrix.reachable(role)]));
    const { fields: computed } = permissionsOf(supergraph);
    expect(fields.map(nameOf)).toEqual(computed.map(nameOf));
    expect(fields.map(nameOf).filter((name) => !reached.has(name))).toEqual([]);
  });

  it.each(ROLE_NAMES)('gives %s no scope that opens nothing', (role) => {
    const rights = rightsOfRole(role);
    const reached = matrix.reachable(role);
    const seen = permissionsOf(supergraph).fields.filter((field) => reached.has(nameOf(field)));
    const opensNothing = [...rights.scopes].filter((scope) => {
      const others = { ...rights, scopes: new Set([...rights.scopes].filter((other) => other !== scope)) };
      return seen.every(({ requirements }) => isSatisfied(others, requirements));
    });
    expect(opensNothing).toEqual([]);
  });
});

/** The same, but for a residence whose consents nobody of the personas may change. */
function elsewhere(company: string, examples: Examples): Examples {
  const tenant = tenantId(company);
  const residence = residenceKey(`${company}-p07-r07`);
  const consent = encodeId({ tenant, type: 'Consent', residence, key: `${residence}-communal-1` });
  const ids = new Map([...examples.ids, ['Residence', residenceId(tenant, residence)], ['Consent', consent]] as const);
  return { ...examples, ids };
}

/** Everybody has notices of their own, and some have broken the glass. */
function withOwn(examples: Examples, subject: string): Examples {
  const tenant = tenantId(subject.split('-')[0] ?? '');
  const own = (type: string, key: string): [string, string] => [
    type,
    encodeId({ tenant, type, residence: undefined, key }),
  ];
  const records = [own('Notice', `${subject}-granted`), own('BreakGlass', `${breakerOf(subject)}-glass-1`)];
  return { ...examples, ids: new Map([...examples.ids, ...records]) };
}

/** Who reviews has none of their own. */
function breakerOf(subject: string): string {
  return subject.replace('security-officer', 'dispatcher');
}

/** All that mutations of the directory can change of the residence. */
async function consentsOf(domain: string, { ids }: Examples): Promise<unknown> {
  const query = 'query ($id: ID!) { residence(id: $id) { consents { id partner since until withdrawnAt } } }';
  const { body } = await ask(`company-admin@${domain}`, query, { id: ids.get('Residence') });
  expect(JSON.stringify(body.data)).toContain(ids.get('Consent'));
  return body.data;
}
