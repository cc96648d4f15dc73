/** What `npm start` prints when everything is up: addresses, who can log in, and a first query. No secret among it. */
import type { PortName } from '@commonhold/platform/addresses.ts';
import { PERSONAS } from './personas.ts';

export function welcome(ports: Readonly<Record<PortName, number>>): string {
  const graphql = `http://localhost:${ports.GATEWAY_PORT}/graphql`;
  const personas = PERSONAS.map(
    ({ email, role, residences }) =>
      `  ${email.padEnd(40)} ${role.padEnd(20)} ${residences ? `${residences.length} residence(s)` : 'whole company'}`,
  );
  return `
Addresses
  ${graphql}   GraphQL; in a browser the explorer
  http://localhost:${ports.ISSUER_PORT}           OpenID provider
  https://localhost:${ports.GATEWAY_SERVICES_PORT}  ${ports.ISSUER_SERVICES_PORT}        both for companies' services, with their certificate
  https://localhost:${ports.DIRECTORY_PORT}  ${ports.SMART_HOME_PORT}  ${ports.COMMUNAL_PORT}   subgraphs directory, smart-home, communal (gateway only)
  https://localhost:${ports.SMART_HOME_WEBHOOKS_PORT}  ${ports.COMMUNAL_WEBHOOKS_PORT}         where the partners' webhooks go
  https://localhost:${ports.SMART_HOME_SANDBOX_PORT}  ${ports.COMMUNAL_SANDBOX_PORT}         sandbox partners smart-home, communal (subgraphs only)

Personas (password and code: npm run --silent login -- <persona>)
${personas.join('\n')}

A first query
  curl -s ${graphql} \\
    -H 'content-type: application/json' \\
    -H "authorization: Bearer $(npm run --silent token -- dispatcher@northgate.example)" \\
    -d '{"query":"${FIRST_QUERY}"}'

Commonhold is ready
`;
}

/** One residence with its devices (smart-home) and its account with meters (communal). */
export const FIRST_QUERY =
  '{ residences(first: 1) { nodes { number property { name } devices(first: 3) { nodes { __typename name } } account { meters { kind serial } } } } }';
