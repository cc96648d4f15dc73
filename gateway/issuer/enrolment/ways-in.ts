/** The two ways in which somebody sets up what they log in with: an invitation, and recovery of what was lost. */
import type { Directory } from '../directory/directory.ts';
import type { IsRemoved } from '../directory/standing.ts';
import type { NewApps } from '../login/new-app.ts';
import type { Endings } from '../sessions/endings.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Enrolments } from '../store/enrolments.ts';
import { askLinks, type Invited } from './links.ts';
import type { EnrolmentOptions } from './routes.ts';

export type WayIn = Pick<EnrolmentOptions, 'kind' | 'links' | 'newApps' | 'complete'>;

export interface WaysInParts {
  readonly directory: Directory;
  readonly isRemoved: IsRemoved;
  readonly accounts: Accounts;
  readonly enrolments: Enrolments;
  readonly endings: Endings;
  readonly newApps: NewApps;
}

export function createWaysIn(parts: WaysInParts): readonly WayIn[] {
  const { directory, isRemoved, accounts, enrolments, endings, newApps } = parts;
  const invitations = askLinks(directory, '/invitation');
  const recoveries = askLinks(directory, '/recovery-link');
  /** Who has the login name of somebody who is invited, where that is nobody any more. */
  const removedHolderOf = async ({ tenant, loginName, subject }: Invited): Promise<string | undefined> => {
    const holder = await accounts.find(tenant, loginName);
    if (holder === undefined || holder.subject === subject) return undefined;
    return (await isRemoved(tenant, holder.subject)) ? holder.subject : undefined;
  };
  return [
    {
      kind: 'invitation',
      links: invitations,
      newApps,
      complete: async (invited, factors, token) => {
        const inPlaceOf = await removedHolderOf(invited);
        // Their clients are told before what is known of their logins goes.
        if (inPlaceOf !== undefined) await endings.endBrowsers(inPlaceOf);
        return enrolments.createAccount({ ...invited, inPlaceOf }, factors, () => invitations.redeem(token));
      },
    },
    {
      kind: 'recovery',
      links: recoveries,
      newApps,
      complete: async (owner, factors, token) => {
        const isReplaced = await enrolments.replaceFactors(owner, factors, () => recoveries.redeem(token));
        // Whoever has what was lost may be logged in by it.
        if (isReplaced) await endings.endBrowsers(owner.subject);
        return isReplaced;
      },
    },
  ];
}
