/** A subgraph as the kit makes it: mutual TLS, the gateway's token, shield on every field, loaders within the company. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { readPolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import type { SubgraphDefinition } from '@commonhold/kit/subgraph-definition.ts';
import { serveQuietChanges } from '@commonhold/kit/testing/quiet-changes.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import { Registry } from 'prom-client';
import { schemaFile } from '../../graphs.ts';
import { ROLES } from '../../roles.ts';
import { createLoaders, RESOLVERS } from './resolvers.ts';

const name = SUBGRAPHS.find((known) => known.name === process.env['SUBGRAPH'])?.name ?? 'directory';
const schema = process.env['SCHEMA'] ?? '';

await runProcess(name, async () => {
  const addresses = ports(process.env);
  const masterKey = await loadMasterKey(process.env);
  const identity = await loadIdentity(name, join(dataDirectory(process.env), 'tls'), masterKey);
  return defineSubgraph(
    {
      name,
      schemaFiles: [schemaFile(schema), ...(await furtherFiles())],
      resolvers: RESOLVERS[schema] ?? {},
      services: createLoaders,
      routes: name === 'directory' ? serveAccess(identity) : () => undefined,
    },
    {
      identity,
      policy: readPolicyMode(process.env),
      port: {
        directory: addresses.DIRECTORY_PORT,
        'smart-home': addresses.SMART_HOME_PORT,
        communal: addresses.COMMUNAL_PORT,
      }[name],
      log: createLog(name, process.env),
      metrics: new Registry(),
    },
  );
});

async function furtherFiles(): Promise<readonly URL[]> {
  const sdl = process.env['FURTHER_SDL'];
  if (!sdl) return [];
  const file = join(dataDirectory(process.env), `${name}.graphql`);
  await writeFile(file, sdl);
  return [pathToFileURL(file)];
}

/** What the directory says of anybody: whoever is called like a role, and perhaps ~ and a number, holds it. */
function serveAccess(identity: ServiceIdentity): NonNullable<SubgraphDefinition<object>['routes']> {
  return (server) => {
    server.post('/access', async (request) => {
      const { sub } = await authenticateService(request, identity, ['gateway']);
      const role = ROLES.find((known) => known === sub?.split('~')[0]);
      return { active: role !== undefined, kind: 'person', grants: [{ role }], version: 0, unchangedFor: null };
    });
    serveQuietChanges(server, identity, ['gateway']);
  };
}
