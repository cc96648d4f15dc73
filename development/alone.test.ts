/** A subgraph by itself, as its own team starts it: by npm, with nothing else of the product running. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { describe, expect, it } from '@jest/globals';

/** Waits for the line that says that it listens; the rest of what it says is let go. */
async function untilListening({ stdout }: ChildProcess): Promise<void> {
  if (!stdout) throw new Error('nothing to read');
  const lines = createInterface({ input: stdout });
  for await (const line of lines) if (line.includes('"msg":"listening"')) return;
  throw new Error('it ended before it listened');
}

describe.each([
  ['smart-home', 'SMART_HOME_PORT', '{ devices { nodes { id } } }'],
  [
    'communal',
    'COMMUNAL_PORT',
    '{ consumptionStatistics(input: { kind: GAS, from: "2026-01", to: "2026-01" }) { month } }',
  ],
] as const)('npm start -w subgraphs/%s', (name, portVariable, query) => {
  it('starts it, lets it say what it lacks, and ends it', async () => {
    const folder = await mkdtemp(join(tmpdir(), `commonhold-alone-${name}-`));
    const port = await freePort();
    const environment = {
      ...process.env,
      // Nothing of a product that may be running beside.
      PORT_BASE: String(await freePort()),
      [portVariable]: String(port),
      DIRECTORY_PORT: String(await freePort()),
      DATA_DIR: join(folder, 'data'),
      MASTER_KEY_FILE: join(folder, 'key', 'master.key'),
      LOG_LEVEL: 'info',
    };
    const child = spawn('npm', ['start', '-w', `subgraphs/${name}`], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    try {
      await untilListening(child);
      const identity = await loadIdentity('gateway', join(folder, 'data', 'tls'), await loadMasterKey(environment));
      const gateway = createTestGateway(identity, name, port);
      expect(await gateway.send('/health/live', { method: 'GET' })).toMatchObject({ status: 200 });
      // Without a directory it doesn't know whose access has changed.
      expect(await gateway.send('/health/ready', { method: 'GET' })).toMatchObject({ status: 503 });
      expect(await gateway.ask(claimsOf('ANALYST', 'northgate'), query)).toEqual({});
      await gateway.close();
    } finally {
      child.kill('SIGTERM');
      child.stdout?.resume();
    }
    // Closed, that is: nothing that npm started is left to write.
    await closed;
    await rm(folder, { recursive: true });
  }, 120_000);
});
