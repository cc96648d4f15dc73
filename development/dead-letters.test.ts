/** What an operator sees of events that weren't understood, and how they are tried again. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type DeadLetter, keepDeadLetters } from '@commonhold/kit/events/dead-letters.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { expect, it } from '@jest/globals';
import { ensureMasterKey } from './master-key.ts';

const COMMAND = fileURLToPath(new URL('partner.ts', import.meta.url));

it('lists them without a word of what is in them, and has the running subgraph take in what it understands now', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  const environment = { DATA_DIR: folder, MASTER_KEY_FILE: join(folder, 'master.key') };
  await ensureMasterKey(environment);
  const tried: DeadLetter[] = [];
  const letters = keepDeadLetters({
    dataDirectory: folder,
    partner: 'smart-home',
    envelope: createEnvelope((await loadMasterKey(environment)).ring('envelope:dead-letters')),
    retry: async (letter) => tried.push(letter) > 0 && letter.id === 'evt-understood',
    counted: () => undefined,
    log: createLog('smart-home', { LOG_LEVEL: 'silent' }),
  });
  const run = async (...args: readonly string[]): Promise<readonly string[]> => {
    const command = [COMMAND, 'dead-letters', 'smart-home', ...args];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, ...environment },
    });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const company = tenantId('northgate');
  await letters.keep({ company, id: 'evt-understood', body: Buffer.from('{"tenant":"Ada"}') }, 'sequence');
  // Their order follows from when they came.
  await wait(2);
  await letters.keep({ company, id: 'evt-other', body: Buffer.from('{"tenant":"Bela"}') }, 'the body');

  const listed = await run();
  expect(listed).toEqual([
    expect.stringMatching(/^\d{4}-\S+Z northgate evt-understood: 16 bytes, not understood at sequence$/),
    expect.stringMatching(/^\d{4}-\S+Z northgate evt-other: 17 bytes, not understood at the body$/),
  ]);
  expect(tried).toEqual([]);
  expect(await run('--replay')).toEqual(listed);
  const namesLeft = () => readdir(join(folder, 'dead-letters', 'smart-home'));
  for (let tries = 0; tries < 200 && (await namesLeft()).join().match(/^[^,]+\.sealed$/) === null; tries += 1) {
    await wait(50);
  }
  expect(tried.map(({ id }) => id)).toEqual(['evt-understood', 'evt-other']);
  expect(await run()).toEqual(listed.slice(1));
  await letters.close();
  await rm(folder, { recursive: true });
});
