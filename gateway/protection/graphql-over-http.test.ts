/** The audit of the GraphQL over HTTP specification, asked as a client does that has a token and may ask across origins. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { DISPATCHER } from '../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';

let gateway: GatewayUnderTest;
let ours: Readonly<Record<string, string>>;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  gateway.directory.access = DISPATCHER;
  ours = { authorization: `Bearer ${await gateway.issuer.sign()}`, 'apollo-require-preflight': '1' };
});
afterAll(() => gateway?.stop());

const audits = serverAudits({
  url: () => gateway.url,
  fetchFn: (address: string, init?: RequestInit) =>
    fetch(address, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...ours } }),
});

describe('a server of GraphQL over HTTP', () => {
  it.each(audits.map(({ name, fn }) => ({ name, fn })))('$name', async ({ fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });
});
