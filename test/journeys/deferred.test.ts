/** Apollo Client on the running product, with `@defer`: by our subgraphs, partners and policies. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { fetchWithToken } from '@commonhold/development/fetch-with-token.ts';
import { describe, expect, it } from '@jest/globals';
import { ask, credentialsFor } from '../system/client.ts';
import { system } from '../system/description.ts';

const QUERY = `query Deferred {
  residences(first: 2) {
    nodes {
      id
      number
      ... @defer(label: "devices") { devices(first: 10) { nodes { id name ... on Thermostat { targetTemperatureCelsius } } } }
      ...Account @defer
      ... @defer(label: "use") { consumptionPerSquareMeter }
    }
  }
}
fragment Account on Residence {
  account { id ... @defer(label: "meters") { meters { id kind device { id name } } } }
}`;

async function clientOf(persona: string): Promise<ApolloClient> {
  const token = await credentialsFor(persona);
  return new ApolloClient({
    link: new HttpLink({
      uri: system().graphqlUrl,
      fetch: (input, init = {}) => fetchWithToken(token, String(input), init),
    }),
    cache: new InMemoryCache(),
    incrementalHandler: new Defer20220824Handler(),
  });
}

/** What is shown, time after time. */
async function shownTo(persona: string, query: string): Promise<readonly unknown[]> {
  const client = await clientOf(persona);
  const shown: unknown[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.watchQuery({ query: gql(query), errorPolicy: 'all' }).subscribe({
    next: ({ data, networkStatus, dataState }) => {
      if (data) shown.push(data);
      if (networkStatus === 7 && dataState === 'complete') resolve();
    },
    error: reject,
  });
  await promise;
  client.stop();
  return shown;
}

describe('a frontend that defers what takes long', () => {
  it('shows the rest at once, and in the end what it would have had without', async () => {
    const persona = 'resident@northgate.example';
    const shown = await shownTo(persona, QUERY);
    expect(shown.length).toBeGreaterThan(1);
    expect(JSON.stringify(shown[0])).not.toContain('devices');
    const { data } = (await ask(persona, QUERY)).body;
    expect(withoutTypes(shown.at(-1))).toEqual(withoutTypes(data));
    expect(JSON.stringify(data)).toMatch(/"consumptionPerSquareMeter":"\d/);
  });
});

function withoutTypes(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (key, value) => (key === '__typename' ? undefined : value));
}
