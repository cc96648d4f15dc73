/**
 * Loaded before the gateway (`NODE_OPTIONS=--import`): records where its time goes, once it is warm. In production nothing
 * can make it do so; the file is no part of the product.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { setTimeout as wait } from 'node:timers/promises';

const { PROFILE_FILE, PROFILE_AFTER_SECONDS, PROFILE_SECONDS } = process.env;

if (process.argv[1]?.endsWith('gateway/main.ts') && PROFILE_FILE) {
  wait(Number(PROFILE_AFTER_SECONDS) * 1000, undefined, { ref: false }).then(async () => {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    await wait(Number(PROFILE_SECONDS) * 1000, undefined, { ref: false });
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(PROFILE_FILE, JSON.stringify(profile));
  });
}
