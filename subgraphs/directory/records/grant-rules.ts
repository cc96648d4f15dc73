/**
 * Whether somebody may be granted a role by somebody: the vocabulary's rules, without a database.
 *
 * 1. Who grants holds, now and for the whole company, a role that may grant this one, and isn't who gets it.
 * 2. The role may be granted for this, and as long as that.
 * 3. It conflicts with nothing that the person holds or is about to hold in the same time.
 */
import { ROLE_CONFLICTS, ROLES, type Role } from '@commonhold/schema/policy.ts';
import type { GrantReach } from '../database/tables.ts';

export interface ProposedGrant {
  readonly subject: string;
  readonly role: Role;
  readonly reach: GrantReach;
  /** Those that it is for, also by their buildings; of the whole company: not looked at. */
  readonly residences: ReadonlySet<string>;
  readonly since: Date;
  readonly until: Date;
}

export interface Granting {
  readonly subject: string;
  /** Roles held for the whole company at this instant. */
  readonly roles: ReadonlySet<Role>;
}

/** What a person holds, or will: neither ended nor revoked. */
export type OpenGrant = Omit<ProposedGrant, 'subject'>;

export type Refusal =
  /** Who grants may not: whatever they ask for. */
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'wrong'; readonly field: string; readonly problem: string };

/** How long before its beginning something may be granted. */
const FURTHEST_DAYS = 90;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** @returns undefined when it may be granted */
export function refusalOfGrant(
  proposed: ProposedGrant,
  by: Granting,
  held: readonly OpenGrant[],
  now: Date,
): Refusal | undefined {
  if (proposed.subject === by.subject) return { kind: 'forbidden', message: 'Nobody grants a role to themselves.' };
  if (!mayGrant(by, proposed.role)) {
    return { kind: 'forbidden', message: `Your roles do not include granting ${proposed.role}.` };
  }
  return refusalOfTerms(proposed, now) ?? refusalOfConflicts(proposed, held);
}

/** Whether somebody may grant, approve and revoke grants of `role`. */
export function mayGrant({ roles }: Granting, role: Role): boolean {
  return ROLES[role].grantedBy.some((granting) => roles.has(granting));
}

/** What of a role, its reach and its time doesn't fit the vocabulary. */
export function refusalOfTerms({ role, reach, since, until }: ProposedGrant, now: Date): Refusal | undefined {
  const { grantedFor, longestGrantDays } = ROLES[role];
  if (!grantedFor.some((allowed) => allowed === reach)) {
    return wrong('input.role', `is granted for ${grantedFor.join(' or ')}, not for ${reach}`);
  }
  if (since.getTime() - now.getTime() > FURTHEST_DAYS * DAY_MILLISECONDS) {
    return wrong('input.since', `may lie at most ${FURTHEST_DAYS} days ahead`);
  }
  if (!(until > since)) return wrong('input.until', 'has to come after `since`');
  if (!(until > now)) return wrong('input.until', 'has to lie in the future');
  if (until.getTime() - since.getTime() > longestGrantDays * DAY_MILLISECONDS) {
    return wrong('input.until', `may lie at most ${longestGrantDays} days after \`since\` for ${role}`);
  }
  return undefined;
}

export function refusalOfConflicts(
  proposed: Omit<ProposedGrant, 'subject'>,
  held: readonly OpenGrant[],
): Refusal | undefined {
  for (const { roles, on, because } of ROLE_CONFLICTS) {
    const [one, other] = roles;
    const opposite = proposed.role === one ? other : proposed.role === other ? one : undefined;
    const conflicting = held.find(
      (grant) =>
        grant.role === opposite &&
        grant.since < proposed.until &&
        proposed.since < grant.until &&
        (on === 'company' || doMeet(grant, proposed)),
    );
    if (conflicting) {
      return wrong('input.role', `conflicts with ${conflicting.role}, which this person holds: ${because}`);
    }
  }
  return undefined;
}

function doMeet(one: OpenGrant, other: OpenGrant): boolean {
  // What will be assigned to somebody nobody knows yet: it may be anywhere.
  const mayBeAnywhere = ({ reach }: OpenGrant): boolean => reach === 'company' || reach === 'assignments';
  if (mayBeAnywhere(one) || mayBeAnywhere(other)) return true;
  return !one.residences.isDisjointFrom(other.residences);
}

function wrong(field: string, problem: string): Refusal {
  return { kind: 'wrong', field, problem };
}
