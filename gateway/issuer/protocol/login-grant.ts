/** What ties oidc-provider's grants to login sessions: one grant for each login at each client. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { deviceKind } from '../sessions/device-kind.ts';
import type { LoginSessions } from '../sessions/login-sessions.ts';
import type { Accounts } from '../store/accounts.ts';
import { SESSION_SECONDS } from './tokens.ts';

export interface LoginGrantOptions {
  readonly sessions: LoginSessions;
  readonly accounts: Accounts;
}

/** The grant of this login at this client, and with it the login session. */
export async function beginLoginSession(context: KoaContextWithOIDC, { sessions, accounts }: LoginGrantOptions) {
  const { oidc } = context;
  const { session, client, account } = oidc;
  const tenant = account && (await accounts.tenantOf(account.accountId));
  if (!session || !client || !account || tenant === undefined) return undefined;
  const grant = (await existingGrant(oidc)) ?? (await makeGrant(oidc, client.clientId, account.accountId));
  const sid = sessions.sidOf(grant.jti);
  session.sidFor(client.clientId, sid);
  const startedAt = new Date((session.loginTs ?? Math.floor(Date.now() / 1000)) * 1000);
  await sessions.begin({
    sid,
    browser: sessions.browserOf(session.uid),
    subject: account.accountId,
    tenant,
    clientId: client.clientId,
    device: deviceKind(context.get('user-agent')),
    startedAt,
    expiresAt: new Date(startedAt.getTime() + SESSION_SECONDS * 1000),
  });
  return grant;
}

async function existingGrant({ session, client, account, provider }: KoaContextWithOIDC['oidc']) {
  const grantId = client && session?.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  return existing?.accountId === account?.accountId ? existing : undefined;
}

async function makeGrant({ provider }: KoaContextWithOIDC['oidc'], clientId: string, accountId: string) {
  const grant = new provider.Grant({ clientId, accountId });
  grant.addOIDCScope('openid offline_access');
  await grant.save();
  return grant;
}
