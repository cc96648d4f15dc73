/** What the processes of a product count, as Prometheus would scrape it. */
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { Agent, request } from 'undici';
import type { TestEnvironment } from './product.ts';

const ADDRESSES = {
  gateway: ['http', 0],
  directory: ['https', 201],
  'smart-home': ['https', 202],
  communal: ['https', 203],
} as const;

export type MeasuredProcess = keyof typeof ADDRESSES;

export const MEASURED_PROCESSES = Object.keys(ADDRESSES) as readonly MeasuredProcess[];

export async function readMetrics(environment: TestEnvironment, process: MeasuredProcess): Promise<string> {
  const [scheme, offset] = ADDRESSES[process];
  const masterKey = await loadMasterKey({ ...environment });
  const identity = await loadIdentity('gateway', `${environment.DATA_DIR}/tls`, masterKey);
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });
  const url = `${scheme}://localhost:${Number(environment.PORT_BASE) + offset}/metrics`;
  try {
    return await (await request(url, { dispatcher })).body.text();
  } finally {
    await dispatcher.close();
  }
}
