/** What a better login would open is explained anew wherever it may be something else. */
import { composeSupergraph } from '@commonhold/schema/compose-supergraph.ts';
import { expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { readLoginRules } from './authentication/login-strength.ts';
import { type Principal, rightsOf } from './authentication/principal.ts';
import { betterLogins } from './authentication/step-up.ts';
import { createAuthorization } from './authorization/authorization.ts';
import { createAuthorize } from './authorize.ts';

const SUPERGRAPH = composeSupergraph([
  {
    name: 'doors',
    routingUrl: 'http://doors.example',
    document: parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
      type Query { door: Door @policy(policies: [["fresh-mfa"]]) }
      type Door { name: String code: String @policy(policies: [["strong-mfa"]]) }`),
  },
]);
const logins = betterLogins(readLoginRules({}));
const authorize = createAuthorize(createAuthorization(SUPERGRAPH), logins);
const NOW = Date.UTC(2026, 0, 1);
const PERSON: Principal = {
  kind: 'person',
  subject: 'ada',
  tenant: 'northgate',
  client: 'frontend',
  tokenId: 'token-1',
  session: undefined,
  scheme: 'Bearer',
  binding: undefined,
  expiresAt: NOW + 300_000,
  login: { acr: undefined, amr: [], authTime: 0, isMultiFactor: true, isPhishingResistant: false },
  grants: [{ role: 'DISPATCHER', residences: undefined }],
  withheld: [],
  isBriefingDue: false,
  accessVersion: 0,
};
const document = parse('query($isWithCode: Boolean!) { door { name code @include(if: $isWithCode) } }');
const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);

function demandedFor(isWithCode: boolean): readonly unknown[] {
  const incoming = { document, operation, operationName: null, request: { variables: { isWithCode } } };
  const { errors } = authorize(incoming as never, rightsOf(PERSON, NOW), PERSON);
  return errors.map(({ path, extensions }) => [path, extensions['acrValues'], extensions['maxAge']]);
}

it('of an operation in which a variable decides what is asked for, by its value', () => {
  const [fresh, , strictest] = logins.map(({ demand: { acrValues, maxAge } }) => [['door'], acrValues, maxAge]);
  for (const isWithCode of [false, true, false]) {
    expect(demandedFor(isWithCode)).toEqual([isWithCode ? strictest : fresh]);
  }
});
