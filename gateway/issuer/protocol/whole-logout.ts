/** A logout ends everything that the browser's session gave, and not only what oidc-provider remembers in it by then. */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Endings } from '../sessions/endings.ts';
import type { LoginSessions } from '../sessions/login-sessions.ts';

/** @returns the same provider */
export function endWholeLogouts(
  provider: Provider,
  sessions: Pick<LoginSessions, 'browserOf'>,
  endings: Pick<Endings, 'endBrowsers'>,
): Provider {
  provider.use(async (context, next) => {
    await next();
    const { oidc } = context as Partial<KoaContextWithOIDC>;
    if (oidc?.route !== 'end_session_confirm' || !oidc.params?.['logout'] || context.status !== 303) return;
    const { accountId, uid } = oidc.session ?? {};
    if (accountId && uid) await endings.endBrowsers(accountId, { only: sessions.browserOf(uid) });
  });
  return provider;
}
