/** What a client is told when a login session of somebody at it has ended. */
import { z } from 'zod';

export const logoutMessage = z.object({ client: z.string(), subject: z.string(), session: z.string() });

export type LogoutMessage = z.output<typeof logoutMessage>;

/** The type of a logout token, and the one event that it tells of (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
export const LOGOUT_TOKEN_TYPE = 'logout+jwt';
export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
