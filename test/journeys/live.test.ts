/** Apollo Client on the running product, with subscriptions: what an order changes at a partner is shown at once. */
import { setTimeout as wait } from 'node:timers/promises';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { fetchWithToken } from '@commonhold/development/fetch-with-token.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ask, credentialsFor } from '../system/client.ts';
import { system } from '../system/description.ts';

const RESIDENT = 'resident@northgate.example';

const HOME = '{ residences(first: 1) { nodes { id devices(first: 100) { nodes { id __typename } } } } }';
const SET_THERMOSTAT = 'mutation ($input: SetThermostatInput!) { setThermostat(input: $input) { command { status } } }';
const CREATE_REQUEST = `mutation ($input: CreateServiceRequestInput!) {
  createServiceRequest(input: $input) { serviceRequest { id } }
}`;

interface Home {
  readonly id: string;
  readonly devices: { readonly nodes: readonly { readonly id: string; readonly __typename: string }[] };
}

/** What is shown first; the subscription may not be open yet when something is done for the first time. */
async function shownWhile(query: string, residence: string, act: (time: number) => Promise<unknown>): Promise<unknown> {
  const token = await credentialsFor(RESIDENT);
  const client = new ApolloClient({
    link: new HttpLink({
      uri: system().graphqlUrl,
      fetch: (input, init = {}) => fetchWithToken(token, String(input), init),
    }),
    cache: new InMemoryCache(),
  });
  let isShown = false;
  const shown = new Promise((resolve, reject) => {
    client.subscribe({ query: gql(query), variables: { residence } }).subscribe({
      next: ({ data, error }) => {
        isShown = true;
        if (error) reject(error);
        else resolve(data);
      },
      error: reject,
    });
  });
  for (let time = 0; !isShown; time += 1) {
    await act(time);
    await wait(300);
  }
  return shown.finally(() => client.stop());
}

describe('a frontend that shows a home', () => {
  let home: Home;
  beforeAll(async () => {
    const { data } = (await ask(RESIDENT, HOME)).body;
    home = Object(data?.['residences']).nodes[0];
  });

  it('is told what has changed at its devices', async () => {
    const thermostat = home.devices.nodes.find(({ __typename }) => __typename === 'Thermostat');
    const query = `subscription ($residence: ID) {
      deviceChanged(residence: $residence) { id ... on Thermostat { targetTemperatureCelsius } }
    }`;
    const shown = await shownWhile(query, home.id, async (time) =>
      ask(RESIDENT, SET_THERMOSTAT, {
        input: {
          device: thermostat?.id,
          targetTemperatureCelsius: `${18 + (time % 2)}.5`,
          idempotencyKey: crypto.randomUUID(),
        },
      }),
    );
    expect(shown).toMatchObject({
      deviceChanged: { id: thermostat?.id, targetTemperatureCelsius: expect.stringMatching(/^1[89]\.5$/) },
    });
  });

  it('is told what has changed of its service requests', async () => {
    const query = `subscription ($residence: ID) {
      serviceRequestChanged(residence: $residence) { id status description residence { id number } }
    }`;
    const description = `The tap drips, ${crypto.randomUUID()}`;
    const shown = await shownWhile(query, home.id, () =>
      ask(RESIDENT, CREATE_REQUEST, {
        input: { residence: home.id, category: 'PLUMBING', description, idempotencyKey: crypto.randomUUID() },
      }),
    );
    expect(shown).toMatchObject({
      serviceRequestChanged: { status: 'OPEN', description, residence: { id: home.id, number: expect.any(String) } },
    });
  });
});
