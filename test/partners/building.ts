/** A building whose devices live in a real Homebridge server, with the whole product, and the wire between both. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import { encodeId, type OpaqueId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { type Accessory, type HomebridgeServer, startHomebridge } from '../homebridge/server.ts';
import { startWire, type Wire } from '../homebridge/wire.ts';
import { type Answer, post } from '../system/client.ts';
import { chooseEnvironment, startProduct, type TestProduct } from '../system/product.ts';

export const HOME = 'riverside-p20-r01';
export const NEXT_DOOR = 'riverside-p20-r02';
export const WITHOUT_CONSENT = 'riverside-p20-r50';
/** In a building of the smart-home partner. */
export const ELSEWHERE = 'riverside-p01-r01';
export const LIGHT = `${HOME}.kitchen`;
export const DOOR = `${HOME}.door`;

const ACCESSORIES: readonly Accessory[] = [
  { id: LIGHT, name: 'Kitchen light', type: 'Lightbulb', isDimmer: true },
  { id: `${HOME}.hall`, name: 'Hall light', type: 'Lightbulb' },
  { id: DOOR, name: 'Entrance door', type: 'LockMechanism' },
  { id: `${HOME}.living-room`, name: 'Living room thermostat', type: 'Thermostat' },
  { id: `${HOME}.bathroom`, name: 'Bathroom leak sensor', type: 'LeakSensor' },
  { id: `${HOME}.corridor`, name: 'Corridor motion sensor', type: 'MotionSensor' },
  { id: `${HOME}.main`, name: 'Main water valve', type: 'Valve' },
  { id: `${HOME}.fan`, name: 'Fan', type: 'Switch' },
  { id: `${NEXT_DOOR}.kitchen`, name: 'Light next door', type: 'Lightbulb' },
  { id: `${WITHOUT_CONSENT}.kitchen`, name: 'Light of those who did not consent', type: 'Lightbulb' },
  { id: `${ELSEWHERE}.kitchen`, name: 'Light of another building', type: 'Lightbulb' },
  { id: 'stairs', name: 'Light of nobody', type: 'Lightbulb' },
];

export interface Building {
  readonly homebridge: HomebridgeServer;
  readonly wire: Wire;
  readonly product: TestProduct;
  /** Speaks to the subgraph as the gateway does, for a principal of the test's choice. */
  readonly subgraph: TestGateway;
  /** Asks the gateway as the dispatcher of a company, `riverside` unless said otherwise. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>, company?: string): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startBuilding(): Promise<Building> {
  const opened: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close();
  };
  try {
    const homebridge = await startHomebridge('commonhold-riverside', ACCESSORIES);
    opened.push(homebridge.stop);
    const wire = await startWire(homebridge.url);
    opened.push(wire.stop);
    const chosen = await chooseEnvironment('homebridge');
    const environment = { ...process.env, ...chosen };
    await ensureMasterKey(environment);
    sealPassword(environment, homebridge.user.password);
    const product = await startProduct(chosen, { HOMEBRIDGE_URL: wire.url, LOG_LEVEL: 'debug' });
    opened.push(product.remove, product.stop);
    const identity = await loadIdentity('gateway', join(chosen.DATA_DIR, 'tls'), await loadMasterKey(environment));
    const subgraph = createTestGateway(identity, 'smart-home', Number(chosen.PORT_BASE) + 202);
    opened.push(subgraph.close);
    const tokens = new Map<string, HeldToken>();
    for (const company of ['riverside', 'northgate']) {
      tokens.set(company, await obtainToken({ environment, email: `dispatcher@${company}.example` }));
    }
    const ask: Building['ask'] = (query, variables = {}, company = 'riverside') =>
      post(product.graphqlUrl, { query, variables }, {}, tokens.get(company));
    return { homebridge, wire, product, subgraph, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Gives the password to the product as an operator does. */
function sealPassword(env: NodeJS.ProcessEnv, password: string): void {
  const command = fileURLToPath(import.meta.resolve('@commonhold/kit/partner/seal-password.ts'));
  execFileSync(process.execPath, [command, 'homebridge', 'riverside'], { env, input: `${password}\n` });
}

export function idOf(residence: string): OpaqueId {
  return residenceId(tenantId('riverside'), residenceKey(residence));
}

export function deviceId(accessory: string, type: string, residence = HOME): OpaqueId {
  const key = `${accessory}:${type}`;
  return encodeId({ tenant: tenantId('riverside'), type: 'Device', residence: residenceKey(residence), key });
}
