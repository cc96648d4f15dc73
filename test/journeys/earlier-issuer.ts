/**
 * Loaded into an issuer before its own modules (`node --import`): the clock by which logins are dated goes behind, so that
 * a login there was made earlier than now. Both places that date them are met, and no other: codes of an app are of now.
 */
import { registerHooks } from 'node:module';

const MILLISECONDS = Number(process.env['ISSUER_SECONDS_BEHIND']) * 1000;
const PLACES = ['/oidc-provider/lib/helpers/epoch_time.js', '/gateway/issuer/login/progress.ts'];
const NOW = 'Date.now()';

const missing = new Set(PLACES);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const place = PLACES.find((one) => url.endsWith(one));
    const source = String(loaded.source ?? '');
    if (place === undefined || !source.includes(NOW)) return loaded;
    missing.delete(place);
    return { ...loaded, source: source.replaceAll(NOW, `(Date.now() - ${MILLISECONDS})`) };
  },
});

process.once('exit', () => {
  if (missing.size > 0) process.stderr.write(`logins are dated elsewhere now than in ${[...missing].join(', ')}\n`);
});
