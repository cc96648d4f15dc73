/** Apollo Client on the running product, with a subscription: what an order changes at the partner is shown at once. */
import { setTimeout as wait } from 'node:timers/promises';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { fetchWithToken } from '@commonhold/development/fetch-with-token.ts';
import { describe, expect, it } from '@jest/globals';
import { ask, credentialsFor } from '../system/client.ts';
import { system } from '../system/description.ts';

const RESIDENT = 'resident@northgate.example';

const LIVE = gql`subscription ($residence: ID) {
  deviceChanged(residence: $residence) { id name ... on Thermostat { targetTemperatureCelsius } }
}`;

describe('a frontend that shows a home', () => {
  it('is told what has changed there', async () => {
    const { data } = (
      await ask(RESIDENT, '{ residences(first: 1) { nodes { id devices(first: 100) { nodes { id __typename } } } } }')
    ).body;
    const [home] = Object(data?.['residences'])['nodes'];
    const thermostat = home.devices.nodes.find((device: { __typename: string }) => device.__typename === 'Thermostat');
    const token = await credentialsFor(RESIDENT);
    const client = new ApolloClient({
      link: new HttpLink({
        uri: system().graphqlUrl,
        fetch: (input, init = {}) => fetchWithToken(token, String(input), init),
      }),
      cache: new InMemoryCache(),
    });
    const shown = new Promise((resolve, reject) => {
      client.subscribe({ query: LIVE, variables: { residence: home.id } }).subscribe({
        next: ({ data, error }) => (error ? reject(error) : resolve(data)),
        error: reject,
      });
    });
    const order = 'mutation ($input: SetThermostatInput!) { setThermostat(input: $input) { command { status } } }';
    let isShown = false;
    void shown.finally(() => {
      isShown = true;
    });
    // The subscription may not be open when the first order is carried out.
    for (let degrees = 18; !isShown; degrees = degrees === 18 ? 19 : 18) {
      await ask(RESIDENT, order, {
        input: { device: thermostat.id, targetTemperatureCelsius: `${degrees}.5`, idempotencyKey: crypto.randomUUID() },
      });
      await wait(300);
    }
    expect(await shown).toMatchObject({
      deviceChanged: { id: thermostat.id, targetTemperatureCelsius: expect.stringMatching(/^1[89]\.5$/) },
    });
    client.stop();
  });
});
