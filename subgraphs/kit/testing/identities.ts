/** For tests: the development PKI in a folder of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePki } from '@commonhold/development/pki.ts';
import { singleKey } from '@commonhold/platform/secrets/key-ring.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type ServiceIdentity, type ServiceName } from '@commonhold/platform/tls/identity.ts';

export interface TestIdentities {
  of(name: ServiceName): Promise<ServiceIdentity>;
  remove(): Promise<void>;
}

/** Certificates of an authority that nobody else knows; `remove` them after the test. */
export async function createTestIdentities(): Promise<TestIdentities> {
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-tls-'));
  const secret = randomBytes(16).toString('hex');
  const derive = (purpose: string) => new Uint8Array(Buffer.from(`${secret}${purpose}`.padEnd(32).slice(0, 32)));
  const masterKey: MasterKey = { derive, ring: (purpose) => singleKey(derive(purpose)) };
  const tls = join(folder, 'tls');
  await ensurePki(tls, masterKey);
  return {
    of: (name) => loadIdentity(name, tls, masterKey),
    remove: () => rm(folder, { recursive: true }),
  };
}
