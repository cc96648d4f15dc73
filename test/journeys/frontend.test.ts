import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { openBrowserSession } from '@commonhold/development/browser-session.ts';
import { obtainToken, type Tokens } from '@commonhold/development/obtain-token.ts';
import { describe, expect, it } from '@jest/globals';
import * as openid from 'openid-client';
import { system } from '../system/description.ts';

const PERSONA = 'technician@riverside.example';

const environment = () => ({ ...process.env, ...system().environment });

function discoverIssuer(): Promise<openid.Configuration> {
  const issuer = new URL(`http://localhost:${Number(environment().PORT_BASE) + 100}`);
  return openid.discovery(issuer, 'frontend', undefined, openid.None(), { execute: [openid.allowInsecureRequests] });
}

/** Makes the proofs of the frontend's key, for the issuer and the gateway, with the nonces that each wants. */
function proverOf(configuration: openid.Configuration, { key }: Tokens): openid.DPoPHandle {
  if (!key) throw new Error('the tokens are bound to no key');
  return openid.getDPoPHandle(configuration, key.pair);
}

function frontend(configuration: openid.Configuration, accessToken: string, DPoP: openid.DPoPHandle): ApolloClient {
  const fetch: typeof globalThis.fetch = async (input, { method = 'POST', body, headers } = {}) => {
    const address = new URL(String(input));
    const text = typeof body === 'string' ? body : null;
    return openid.fetchProtectedResource(configuration, accessToken, address, method, text, new Headers(headers), {
      DPoP,
    });
  };
  return new ApolloClient({ link: new HttpLink({ uri: system().graphqlUrl, fetch }), cache: new InMemoryCache() });
}

const RESIDENCES = gql`
  query Residences {
    residences(first: 3) {
      nodes { id number devices(first: 10) { nodes { __typename id ... on Thermostat { targetTemperatureCelsius reachable } } } }
    }
  }
`;
const SET = gql`
  mutation Set($input: SetThermostatInput!) {
    setThermostat(input: $input) { command { id status device { id ... on Thermostat { targetTemperatureCelsius } } } }
  }
`;

interface Residences {
  readonly residences: {
    readonly nodes: readonly {
      readonly devices: {
        readonly nodes: readonly { readonly __typename: string; readonly id: string; readonly reachable?: boolean }[];
      };
    }[];
  };
}

describe('a frontend with Apollo Client and openid-client', () => {
  it('logs in, queries, changes something, refreshes and logs out', async () => {
    const origin = `http://localhost:${Number(environment().PORT_BASE) + 1}`;
    const browser = openBrowserSession(origin);
    const tokens = await obtainToken({ environment: environment(), email: PERSONA, browser });
    const configuration = await discoverIssuer();
    const DPoP = proverOf(configuration, tokens);
    const apollo = frontend(configuration, tokens.accessToken, DPoP);

    const { data } = await apollo.query<Residences>({ query: RESIDENCES });
    const devices = data?.residences.nodes.flatMap((residence) => residence.devices.nodes) ?? [];
    expect(data?.residences.nodes).toHaveLength(3);
    const thermostat = devices.find(({ __typename, reachable }) => __typename === 'Thermostat' && reachable);

    const input = { device: thermostat?.id, targetTemperatureCelsius: '23.5', idempotencyKey: crypto.randomUUID() };
    const changed = await apollo.mutate({ mutation: SET, variables: { input } });
    expect(changed.data).toMatchObject({
      setThermostat: { command: { status: 'DONE', device: { targetTemperatureCelsius: '23.5' } } },
    });

    const refreshed = await openid.refreshTokenGrant(configuration, tokens.refreshToken ?? '', undefined, { DPoP });
    expect(refreshed.access_token).not.toBe(tokens.accessToken);
    expect(refreshed.token_type.toLowerCase()).toBe('dpop');
    const again = await frontend(configuration, refreshed.access_token, DPoP).query<Residences>({ query: RESIDENCES });
    expect(again.data?.residences.nodes).toHaveLength(3);

    const logout = openid.buildEndSessionUrl(configuration, {
      id_token_hint: refreshed.id_token ?? tokens.idToken ?? '',
      post_logout_redirect_uri: origin,
      state: 'logged-out',
    });
    const asked = await browser.open(logout.href);
    const done = await browser.submit(asked, '/session/end/confirm', { logout: 'yes' });
    expect(done.address).toBe(`${origin}/?state=logged-out`);
    await expect(
      openid.refreshTokenGrant(configuration, refreshed.refresh_token ?? '', undefined, { DPoP }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('is told in errors what it may not see, beside the data', async () => {
    const tokens = await obtainToken({ environment: environment(), email: PERSONA });
    const configuration = await discoverIssuer();
    const query = gql`
      query {
        residences(first: 1) { nodes { number account { meters { serial } balanceEuros } } }
      }
    `;
    const { data, error } = await frontend(configuration, tokens.accessToken, proverOf(configuration, tokens)).query({
      query,
      errorPolicy: 'all',
    });
    expect(data).toMatchObject({ residences: { nodes: [{ account: { balanceEuros: null } }] } });
    expect(CombinedGraphQLErrors.is(error) && error.errors.map(({ extensions }) => extensions?.['code'])).toEqual([
      'UNAUTHORIZED_FIELD_OR_TYPE',
    ]);
  });
});
