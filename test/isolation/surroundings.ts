/** What random operations are made of and held against, gathered from the system under test. */
import { randomUUID } from 'node:crypto';
import { decodeId, encodeId, type TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { permissionsOf } from '@commonhold/schema/permissions.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { buildASTSchema } from 'graphql';
import { z } from 'zod';
import { askFreshly } from '../policy/fresh-login.ts';
import { ask } from '../system/client.ts';
import { connectToSandbox } from '../system/sandbox.ts';
import { createEstates, type Estate, residenceAt } from './estates.ts';
import type { Partners } from './partner-calls.ts';
import { createIdSource } from './random-ids.ts';
import type { Surroundings } from './random-operations.ts';

export interface Bench extends Surroundings, Partners {
  readonly estates: readonly Estate[];
  close(): Promise<void>;
}

export async function createBench(): Promise<Bench> {
  const supergraph = await readSchema([SUPERGRAPH_FILE]);
  const estates = await Promise.all([...createEstates().values()].map(withRecords));
  const cursors = new Map(
    await Promise.all(estates.map(async ({ tenant }) => [tenant, await cursorsOf(tenant)] as const)),
  );
  const sandboxes = {
    'smart-home': await connectToSandbox('smart-home'),
    communal: await connectToSandbox('communal'),
  };
  const find = (isMeant: (estate: Estate) => boolean): Estate => {
    for (const estate of estates) if (isMeant(estate)) return estate;
    throw new TypeError('there is no such company');
  };
  const otherOf = (company: string): Estate => find(({ tenant }) => tenant !== company);
  return {
    schema: buildASTSchema(supergraph, { assumeValid: true, assumeValidSDL: true }),
    permissions: permissionsOf(supergraph),
    estates,
    sandboxes,
    otherOf,
    idsFor: (persona) =>
      createIdSource(
        persona,
        find(({ tenant }) => tenant === persona.company),
        otherOf(persona.company),
        cursors,
      ),
    close: async () => {
      await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close()));
    },
  };
}

const ordered = z.object({ lockDoor: z.object({ command: z.object({ id: z.string() }) }) });

/** Commands and contracts are there only once somebody has given or added one. */
async function withRecords(estate: Estate): Promise<Estate> {
  const made = [
    ['Command', await commandIn(estate)],
    ['PartnerContract', await contractIn(estate)],
  ] as const;
  const ids = made.map(([type, id]): [string, readonly TypedId[]] => [type, id ? [id] : []]);
  return { ...estate, ids: new Map([...estate.ids, ...ids]) };
}

const added = z.object({ addPartnerContract: z.object({ contract: z.object({ id: z.string() }) }) });

async function contractIn({ tenant }: Estate): Promise<TypedId | undefined> {
  const query = `mutation ($input: AddPartnerContractInput!) { addPartnerContract(input: $input) { contract { id } } }`;
  const input = {
    ...{ partner: 'COMMUNAL', version: randomUUID(), mediaType: 'MARKDOWN', idempotencyKey: randomUUID() },
    validUntil: new Date(Date.now() + 365 * 24 * 60 * 60 * 1000).toISOString(),
    document: [Buffer.from(`# A contract of ${tenant}`).toString('base64')],
  };
  const { body } = await askFreshly(`integration-manager@${tenant}.example`, query, { input });
  return decodeId(added.parse(body.data).addPartnerContract.contract.id);
}

async function commandIn({ tenant }: Estate): Promise<TypedId | undefined> {
  const lock = await lockIn(tenant);
  const query = `mutation ($input: DeviceCommandInput!) { lockDoor(input: $input) { command { id } } }`;
  const input = { device: lock, idempotencyKey: randomUUID() };
  const { body } = await ask(`technician@${tenant}.example`, query, { input });
  return decodeId(ordered.parse(body.data).lockDoor.command.id);
}

const found = z.object({
  residence: z.object({ devices: z.object({ nodes: z.array(z.object({ __typename: z.string(), id: z.string() })) }) }),
});

async function lockIn(tenant: Estate['tenant']): Promise<string | undefined> {
  const residence = residenceAt(tenant, 'p02-r01');
  const query = 'query ($id: ID!) { residence(id: $id) { devices(first: 20) { nodes { __typename id } } } }';
  const id = encodeId({ tenant, type: 'Residence', residence, key: residence });
  const { body } = await ask(`technician@${tenant}.example`, query, { id });
  return found.parse(body.data).residence.devices.nodes.find(({ __typename }) => __typename === 'DoorLock')?.id;
}

const pages = z.record(z.string(), z.object({ pageInfo: z.object({ endCursor: z.string() }) }));

async function cursorsOf(tenant: string): Promise<readonly string[]> {
  const lists = ['residences', 'properties', 'people', 'devices', 'serviceRequests'];
  const query = `{ ${lists.map((list) => `${list}(first: 2) { pageInfo { endCursor } }`).join(' ')} }`;
  const { body } = await ask(`dispatcher@${tenant}.example`, query);
  return Object.values(pages.parse(body.data)).map(({ pageInfo }) => pageInfo.endCursor);
}
