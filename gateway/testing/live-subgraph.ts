/** For tests: the smart-home subgraph as the gateway sees it, with devices and events of the test's own. */
import type { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { PartnerEvent } from '@commonhold/platform/event-feed/messages.ts';
import { createEventPublisher } from '@commonhold/platform/event-feed/publisher.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { verifyServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { encodeId, residenceKey, tenantId } from '@commonhold/schema/ids.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { findSubgraph } from '@commonhold/schema/subgraphs.ts';
import { type DocumentNode, execute, parse } from 'graphql';
import type { JWTPayload } from 'jose';
import type { GatewayUnderTest } from './gateway.ts';

export interface LiveSubgraph {
  /** By id; null where somebody may not see it. */
  readonly devices: Map<string, object | null>;
  /** What was asked, and for whom. */
  readonly asked: { readonly query: string; readonly claims: JWTPayload }[];
  /** How it answers in place of what it should; undefined: as it should. */
  misbehave: (() => unknown) | undefined;
  /** A sensor of a residence of the company, which has changed. */
  change(sensor: Sensor, event?: Partial<PartnerEvent>): string;
  stop(): Promise<void>;
}

export interface Sensor {
  readonly company?: string;
  readonly residence?: string;
  readonly key?: string;
  readonly name?: string;
}

/** @param port that `SMART_HOME_URL` of the gateway names */
export async function startLiveSubgraph(
  { environment, dataDirectory }: GatewayUnderTest,
  port: number,
): Promise<LiveSubgraph> {
  const identity = await loadIdentity('smart-home', `${dataDirectory}/tls`, await loadMasterKey(environment));
  const publisher = createEventPublisher(10_000);
  const asked: LiveSubgraph['asked'] = [];
  const devices: LiveSubgraph['devices'] = new Map();
  let count = 0;
  const typeDefs = await readSchema(findSubgraph('smart-home')?.schemaFiles ?? []);
  const schema = buildSubgraphSchema([
    { typeDefs, resolvers: { Query: { device: (_: unknown, { id }: { id: string }) => devices.get(id) } } },
  ]);
  // As a subgraph does: what comes again is not looked at again.
  const known = new Map<string, JWTPayload>();
  const verify = async (token: string, certificate: X509Certificate | undefined) => {
    const claims = await verifyServiceToken(token, certificate, 'smart-home', ['gateway']).catch(() => undefined);
    if (claims) known.set(token, claims);
    return claims;
  };
  const documents = new Map<string, DocumentNode>();
  const parsed = (query: string): DocumentNode => {
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    return document;
  };
  const server = createServer(
    { ...tlsMaterial(identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    async (request, response) => {
      const certificate = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      const claims = known.get(token) ?? (await verify(token, certificate));
      if (!claims) return response.writeHead(401).end();
      const url = new URL(request.url ?? '', 'https://localhost');
      if (url.pathname === '/events') {
        const after = url.searchParams.get('after') ?? undefined;
        return pipeline(publisher.open(after), response, () => undefined);
      }
      const { query, variables } = JSON.parse(await text(request));
      asked.push({ query, claims });
      const answer =
        (await subgraph.misbehave?.()) ?? execute({ schema, document: parsed(query), variableValues: variables });
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    },
  );
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  const subgraph: LiveSubgraph = {
    devices,
    asked,
    misbehave: undefined,
    change({ company = 'northgate', residence = 'r1', key = 'sensor', name = 'Bathroom' }, event) {
      const id = encodeId({ tenant: tenantId(company), type: 'Device', residence: residenceKey(residence), key });
      if (!devices.has(id)) {
        const source = { partner: 'p', apiVersion: '1', fetchedAt: '2026-01-01T00:00:00Z', stale: false };
        devices.set(id, { __typename: 'LeakSensor', id, name, reachable: true, leaking: true, source });
      }
      count += 1;
      publisher.publish({
        ...{ cursor: `c${count}`, id: `e${count}`, kind: 'device-changed', company, isLate: false },
        entity: { type: 'LeakSensor', id },
        occurredAt: new Date().toISOString(),
        ...event,
      });
      return id;
    },
    stop: async () => {
      publisher.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return subgraph;
}
