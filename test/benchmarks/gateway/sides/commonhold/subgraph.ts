/** A subgraph as the kit makes it: mutual TLS, the gateway's token, shield on every field, loaders within the company. */
import { join } from 'node:path';
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import type { Reference } from '@commonhold/kit/shield/reference-resolvers.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import type { SubgraphContext, SubgraphDefinition } from '@commonhold/kit/subgraph-definition.ts';
import { decodeId, encodeId, type ResidenceKey, residenceId } from '@commonhold/kit/tenancy/ids.ts';
import { createResidenceLoader, type TenantLoader } from '@commonhold/kit/tenancy/loader.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { SubgraphName } from '@commonhold/schema/subgraphs.ts';
import { Registry } from 'prom-client';
import type { Account, Device } from '../../estate.ts';
import { readAccounts, readDevices, readResidences } from '../../partner.ts';
import { SUBGRAPH_NAMES, schemaFile } from '../../supergraph.ts';

interface Loaders {
  readonly devices: TenantLoader<ResidenceKey, readonly Device[]>;
  readonly accounts: TenantLoader<ResidenceKey, Account>;
}

type Context = SubgraphContext<Loaders>;
type Definition = Pick<SubgraphDefinition<Loaders>, 'resolvers' | 'routes'>;

interface Entity {
  readonly id: string;
}

const toEntity = ({ id }: Reference): Entity => ({ id: encodeId(id) });

function definition(name: SubgraphName, identity: ServiceIdentity): Definition {
  if (name === 'directory') {
    return {
      resolvers: { Query: { residences: (_: unknown, { first }: { first: number }) => readResidences(first) } },
      routes: (server) =>
        server.post('/access', async (request) => {
          await authenticateService(request, identity, ['gateway']);
          return { active: true, kind: 'person', grants: [{ role: 'DISPATCHER' }] };
        }),
    };
  }
  const field =
    name === 'smart-home'
      ? { devices: ({ id }: Entity, _: unknown, { devices }: Context) => load(devices, id) }
      : { account: ({ id }: Entity, _: unknown, { accounts }: Context) => load(accounts, id) };
  return { resolvers: { Residence: { __resolveReference: toEntity, ...field } } };
}

async function load<Value>(loader: TenantLoader<ResidenceKey, Value>, id: string): Promise<Value | null> {
  const residence = decodeId(id)?.residence;
  return residence === undefined ? null : loader.load(residence);
}

const name = SUBGRAPH_NAMES.find((known) => known === process.env['SUBGRAPH']) ?? 'directory';

await runProcess(name, async () => {
  const addresses = ports(process.env);
  const masterKey = await loadMasterKey(process.env);
  const identity = await loadIdentity(name, join(dataDirectory(process.env), 'tls'), masterKey);
  return defineSubgraph<Loaders>(
    {
      name,
      schemaFiles: [schemaFile(name)],
      services: (request) => ({
        devices: createResidenceLoader(request, (keys, tenant) =>
          readDevices(keys.map((key) => residenceId(tenant, key))),
        ),
        accounts: createResidenceLoader(request, (keys, tenant) =>
          readAccounts(keys.map((key) => residenceId(tenant, key))),
        ),
      }),
      ...definition(name, identity),
    },
    {
      identity,
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
