import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { fetchWithToken, type HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type OldLogin, startAfterOldLogin } from './old-login.ts';
import { createStepUpLink, type LoginDemand } from './step-up-link.ts';

const PERSONA = 'resident@northgate.example';
const MFA = ['urn:commonhold:acr:mfa'];

const LOCKS = gql`
  query Locks {
    devices(first: 20) { nodes { __typename id reachable } }
  }
`;
const UNLOCK = gql`
  mutation Unlock($input: DeviceCommandInput!) {
    unlockDoor(input: $input) { command { status } }
  }
`;
const LOCK_AND_UNLOCK = gql`
  mutation LockAndUnlock($lock: DeviceCommandInput!, $unlock: DeviceCommandInput!) {
    lockDoor(input: $lock) { command { status } }
    unlockDoor(input: $unlock) { command { status } }
  }
`;

interface Locks {
  readonly devices: {
    readonly nodes: readonly { readonly __typename: string; readonly id: string; readonly reachable: boolean }[];
  };
}

let login: OldLogin;
let lock: string;
beforeAll(async () => {
  login = await startAfterOldLogin(PERSONA, FRESH_MFA_SECONDS + 60);
  const { data } = await frontend(() => Promise.reject(new Error('not now'))).apollo.query<Locks>({ query: LOCKS });
  lock = data?.devices.nodes.find(({ __typename, reachable }) => __typename === 'DoorLock' && reachable)?.id ?? '';
}, 120_000);
afterAll(() => login?.stop());

/** A frontend whose person does this when a better login is asked for: gives the new access token, or none. */
function frontend(answerTo: (demand: LoginDemand) => Promise<HeldToken>) {
  const demands: LoginDemand[] = [];
  const requests: string[] = [];
  let token: HeldToken = login.tokens;
  const apollo = new ApolloClient({
    link: ApolloLink.from([
      createStepUpLink(async (demand) => {
        demands.push(demand);
        token = await answerTo(demand);
      }),
      new HttpLink({
        uri: login.graphqlUrl,
        fetch: (input, init = {}) => {
          requests.push(token.accessToken);
          return fetchWithToken(token, String(input), init);
        },
      }),
    ]),
    cache: new InMemoryCache(),
  });
  return { apollo, demands, requests };
}

const logInAgain = ({ acrValues, maxAge }: LoginDemand): Promise<HeldToken> =>
  login.logInAgain({ acr: acrValues.join(' '), ...(maxAge !== undefined && { maxAge }) });

const order = () => ({ device: lock, idempotencyKey: crypto.randomUUID() });

describe('a frontend with Apollo Client, some minutes after the login', () => {
  beforeEach(() => {
    const age = Date.now() / 1000 - Number(decodeJwt(login.tokens.accessToken)['auth_time']);
    expect(age).toBeGreaterThan(FRESH_MFA_SECONDS);
    expect(lock).not.toBe('');
  });

  it('has a door unlocked: the person logs in again, and the operation is repeated', async () => {
    const { apollo, demands, requests } = frontend(logInAgain);
    const { data } = await apollo.mutate({ mutation: UNLOCK, variables: { input: order() } });
    expect(data).toEqual({
      unlockDoor: expect.objectContaining({ command: expect.objectContaining({ status: 'DONE' }) }),
    });
    expect(demands).toEqual([{ acrValues: MFA, maxAge: FRESH_MFA_SECONDS }]);
    const [before, after] = requests.map((token) => Number(decodeJwt(token)['auth_time']));
    expect(requests).toHaveLength(2);
    expect(Number(after) - Number(before)).toBeGreaterThan(FRESH_MFA_SECONDS);
  });

  it('gives up after one try when the new token says nothing better, whatever the frontend believes', async () => {
    const { apollo, demands, requests } = frontend(async () => login.tokens);
    const answer = apollo.mutate({ mutation: UNLOCK, variables: { input: order() } });
    await expect(answer).rejects.toThrow('A new login with a second factor is needed.');
    expect([demands.length, requests.length]).toEqual([1, 2]);
  });

  it('leaves everything as it was when the person does not want to', async () => {
    const { apollo, requests } = frontend(() => Promise.reject(new Error('cancelled')));
    const answer = apollo.mutate({ mutation: UNLOCK, variables: { input: order() } });
    await expect(answer).rejects.toThrow('A new login with a second factor is needed.');
    expect(requests).toHaveLength(1);
  });

  it('does not repeat by itself a mutation of which a part was carried out', async () => {
    const { apollo, demands, requests } = frontend(logInAgain);
    const variables = { lock: order(), unlock: order() };
    const { data, error } = await apollo.mutate({ mutation: LOCK_AND_UNLOCK, variables, errorPolicy: 'all' });
    expect(data).toMatchObject({ lockDoor: { command: { status: 'DONE' } }, unlockDoor: null });
    expect(CombinedGraphQLErrors.is(error) && error.errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'INSUFFICIENT_AUTHENTICATION', acrValues: MFA, maxAge: FRESH_MFA_SECONDS },
    ]);
    expect([demands.length, requests.length]).toEqual([0, 1]);
  });
});
