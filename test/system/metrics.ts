/** What the processes of a product count, as Prometheus would scrape it. */
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { Agent, request } from 'undici';
import type { TestEnvironment } from './product.ts';

const OFFSETS = {
  gateway: 4,
  issuer: 104,
  directory: 201,
  'smart-home': 202,
  communal: 203,
} as const;

export type MeasuredProcess = keyof typeof OFFSETS;

export const MEASURED_PROCESSES = Object.keys(OFFSETS) as readonly MeasuredProcess[];

export async function readMetrics(environment: TestEnvironment, process: MeasuredProcess): Promise<string> {
  const origin = `https://localhost:${Number(environment.PORT_BASE) + OFFSETS[process]}`;
  const masterKey = await loadMasterKey({ ...environment });
  const identity = await loadIdentity('gateway', `${environment.DATA_DIR}/tls`, masterKey);
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });
  try {
    return await (await request(`${origin}/metrics`, { dispatcher })).body.text();
  } finally {
    await dispatcher.close();
  }
}
