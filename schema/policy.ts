/**
 * The vocabulary of policy: every scope, every policy and every role, once.
 *
 * `policy.graphql` beside this file describes the roles for readers of the GraphQL schema; here stands what each role
 * holds. SDLs may name only what is listed here, and a role holds nothing that isn't written down: deny is the default.
 */

export const SCOPES = {
  'company:read': 'Read the own company',
  'property:read': 'Read buildings',
  'residence:read': 'Read residences',
  'person:read': 'Read people and who lives where',
  'contract:read': 'Read signed contracts with partners',
  'contract:manage': 'Add signed contracts with partners',
  'consent:read': 'Read which partner may process what',
  'consent:manage': 'Give and withdraw consents',
  'glass:break': 'Take rights on residences for an hour in an emergency',
  'glass:review': 'Review who took rights in an emergency',
  'grant:read': 'Read who holds which role',
  'grant:manage': 'Grant and revoke roles, suspend and reinstate people',
  'review:decide': 'Read reviews of who may do what, and decide in them',
  'review:manage': 'Start, close and export reviews of who may do what',
  'login:manage': 'Say by which provider people of the company log in',
  'incident:announce': 'Announce security incidents to people of the company',
  'webhook:manage': 'Say where notices of the company are sent to',
  'device:read': 'Read devices and their state',
  'device:control': 'Switch lights, thermostats, valves and scenes',
  'device:history': 'Read what a device saw',
  'lock:open': 'Lock and unlock doors',
  'account:read': 'Read utility accounts, meters and readings',
  'billing:read': 'Read balances, charges and bills',
  'reading:submit': 'Submit meter readings',
  'request:read': 'Read service requests',
  'request:create': 'Create service requests',
  'request:manage': 'Assign, progress and close service requests',
  'outage:read': 'Read outages',
  'statistics:read': 'Read statistics over groups of residences',
} as const;

export type Scope = keyof typeof SCOPES;

export const POLICIES = {
  public: 'Everybody, also without a token',
  'personal-data': 'The role may process personal data, and the yearly security briefing is confirmed',
  'fresh-mfa': 'A login with a second factor, at most five minutes old',
  'strong-mfa': 'A login that cannot be phished, such as by a passkey',
} as const;

export type Policy = keyof typeof POLICIES;

/** Those that come of the login: no role holds them. */
export const LOGIN_POLICIES = ['fresh-mfa', 'strong-mfa'] as const satisfies readonly Policy[];

/** Greatest age, in seconds, of the login that `fresh-mfa` accepts. */
export const FRESH_MFA_SECONDS = 300;

export interface RoleDefinition {
  /** The widest that it is granted for: the whole company, or named residences. */
  readonly reach: 'company' | 'residences';
  /** What a grant of it may be for. */
  readonly grantedFor: readonly ('company' | 'properties' | 'residences' | 'assignments')[];
  /** Longest that one grant of it may last. */
  readonly longestGrantDays: number;
  /** Roles whose holders may grant and revoke it. */
  readonly grantedBy: readonly ('COMPANY_ADMIN' | 'SECURITY_OFFICER')[];
  /** Whether a grant is in force only when somebody else than who gave it has approved it. */
  readonly needsApproval: boolean;
  /** For whom a grant of it counts only with an access token that is bound to a key or to a certificate. */
  readonly boundTokens: 'everybody' | 'services';
  readonly scopes: readonly Scope[];
  readonly policies: readonly Policy[];
}

export const ROLES = {
  RESIDENT: {
    reach: 'residences',
    grantedFor: ['residences'],
    longestGrantDays: 365,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    boundTokens: 'services',
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'person:read',
      'consent:read',
      'consent:manage',
      'device:read',
      'device:control',
      'device:history',
      'lock:open',
      'account:read',
      'billing:read',
      'reading:submit',
      'request:read',
      'request:create',
      'outage:read',
    ],
    policies: ['personal-data'],
  },
  DISPATCHER: {
    reach: 'company',
    grantedFor: ['company', 'properties'],
    longestGrantDays: 365,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    boundTokens: 'services',
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'person:read',
      'consent:read',
      'device:read',
      'device:control',
      'account:read',
      'request:read',
      'request:create',
      'request:manage',
      'outage:read',
      'glass:break',
    ],
    policies: ['personal-data'],
  },
  TECHNICIAN: {
    reach: 'residences',
    grantedFor: ['properties', 'residences', 'assignments'],
    longestGrantDays: 180,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    boundTokens: 'services',
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'device:read',
      'device:control',
      'lock:open',
      'account:read',
      'reading:submit',
      'request:read',
      'request:manage',
      'outage:read',
      'glass:break',
    ],
    policies: ['personal-data'],
  },
  ACCOUNTANT: {
    reach: 'company',
    grantedFor: ['company', 'properties'],
    longestGrantDays: 365,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    boundTokens: 'services',
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'account:read',
      'billing:read',
      'reading:submit',
      'statistics:read',
    ],
    policies: ['personal-data'],
  },
  ANALYST: {
    reach: 'company',
    grantedFor: ['company', 'properties'],
    longestGrantDays: 180,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    boundTokens: 'services',
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'device:read',
      'account:read',
      'request:read',
      'outage:read',
      'statistics:read',
    ],
    policies: [],
  },
  SECURITY_OFFICER: {
    reach: 'company',
    grantedFor: ['company'],
    longestGrantDays: 180,
    grantedBy: ['COMPANY_ADMIN', 'SECURITY_OFFICER'],
    needsApproval: true,
    boundTokens: 'everybody',
    scopes: [
      'company:read',
      'person:read',
      'grant:read',
      'grant:manage',
      'glass:review',
      'review:decide',
      'review:manage',
      'consent:read',
      'incident:announce',
      'webhook:manage',
      'contract:read',
    ],
    policies: ['personal-data'],
  },
  INTEGRATION_MANAGER: {
    reach: 'company',
    grantedFor: ['company'],
    longestGrantDays: 180,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    boundTokens: 'services',
    scopes: ['company:read', 'consent:read', 'contract:read', 'contract:manage'],
    policies: [],
  },
  COMPANY_ADMIN: {
    reach: 'company',
    grantedFor: ['company'],
    longestGrantDays: 90,
    grantedBy: ['COMPANY_ADMIN', 'SECURITY_OFFICER'],
    needsApproval: true,
    boundTokens: 'everybody',
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'person:read',
      'grant:read',
      'grant:manage',
      'review:decide',
      'login:manage',
      'consent:read',
    ],
    policies: ['personal-data'],
  },
} as const satisfies Record<string, RoleDefinition>;

export type Role = keyof typeof ROLES;

/**
 * What somebody may take in an emergency, by themselves and at once, on residences that they name: enough to find out
 * what happens there, who is in there, and to open the door. It grants no rights to others and opens nobody's accounts.
 */
export const BREAK_GLASS = {
  /** Roles whose holders may, as long as they hold one. */
  brokenBy: ['DISPATCHER', 'TECHNICIAN'],
  /** The role that it conflicts as, on the residences named. */
  conflictsAs: 'TECHNICIAN',
  longestMinutes: 60,
  /** How many residences, and buildings with all of theirs. */
  mostResidences: 20,
  mostProperties: 2,
  /** Days within which a security officer has to have reviewed it; who broke it breaks no other before that. */
  reviewDays: 3,
  boundTokens: 'everybody',
  scopes: [
    'company:read',
    'property:read',
    'residence:read',
    'person:read',
    'device:read',
    'device:control',
    'device:history',
    'lock:open',
  ],
  policies: ['personal-data'],
} as const satisfies {
  readonly brokenBy: readonly Role[];
  readonly conflictsAs: Role;
  readonly boundTokens: RoleDefinition['boundTokens'];
  readonly scopes: readonly Scope[];
  readonly policies: readonly Policy[];
  readonly [limit: string]: unknown;
};

/**
 * Reviews of all grants of a company, from time to time. Whoever grants doesn't review: that is why company admins decide
 * on nothing but the grants of security officers, who may be alone and decide on none of their own.
 */
export const REVIEWS = {
  startedBy: 'SECURITY_OFFICER',
  /** On whose grants each of them decides; `all` but their own. */
  decidedBy: { SECURITY_OFFICER: 'all', COMPANY_ADMIN: ['SECURITY_OFFICER'] },
  /** Days after the end of one until the next is due. */
  everyDays: 90,
  /** Days that one is due until it starts by itself. */
  patienceDays: 14,
  shortestDays: 7,
  longestDays: 60,
  /** How long one lasts that started by itself. */
  usualDays: 30,
  /** Days before the end at which reviewers are told again. */
  reminderDays: 3,
  /** Days without use after which it is proposed to remove a grant. */
  unusedDays: 90,
  /**
   * Roles without which nobody could grant or review any more: where nobody confirmed somebody in one of them, those in it
   * stay until their grants end.
   */
  neverWithout: ['COMPANY_ADMIN', 'SECURITY_OFFICER'],
} as const satisfies {
  readonly startedBy: Role;
  readonly decidedBy: Readonly<Partial<Record<Role, 'all' | readonly Role[]>>>;
  readonly neverWithout: readonly Role[];
  readonly [limit: string]: unknown;
};

export interface RoleConflict {
  readonly roles: readonly [Role, Role];
  /** `company`: nobody holds both. `residences`: nobody holds both for one residence. */
  readonly on: 'company' | 'residences';
  readonly because: string;
}

/** Separation of duties: what one person may not hold together. */
export const ROLE_CONFLICTS: readonly RoleConflict[] = [
  {
    roles: ['COMPANY_ADMIN', 'SECURITY_OFFICER'],
    on: 'company',
    because: 'who grants rights must not be who reviews them',
  },
  {
    roles: ['ACCOUNTANT', 'TECHNICIAN'],
    on: 'residences',
    because: 'who reads the meters must not be who bills by them',
  },
];

/** How long an assigned service request gives rights, whatever becomes of it. */
export const ASSIGNMENTS = {
  /** After its deadline, or after it was assigned without one. */
  graceDays: 14,
  /** From when it was told last. */
  longestDays: 90,
} as const;

/** The security briefing: until somebody has confirmed it, no role of theirs satisfies `personal-data`. */
export const BRIEFING = {
  /** Who holds no other role than these isn't asked. */
  exempt: ['RESIDENT'],
  everyDays: 365,
  remindDays: 14,
} as const satisfies { readonly exempt: readonly Role[]; readonly [limit: string]: unknown };

/** What the directory says that somebody holds: a role, or what they took by breaking the glass. */
export type HeldName = Role | 'BREAK_GLASS';

/**
 * The scopes and policies that come with it, on the residences that it is held for.
 *
 * @param isBriefingDue whether who holds it has yet to confirm the security briefing
 */
export function holdingsOf(
  name: HeldName,
  isBriefingDue = false,
): Pick<RoleDefinition, 'boundTokens' | 'scopes' | 'policies'> {
  const held: Pick<RoleDefinition, 'boundTokens' | 'scopes' | 'policies'> =
    name === 'BREAK_GLASS' ? BREAK_GLASS : ROLES[name];
  return isBriefingDue ? { ...held, policies: held.policies.filter((policy) => policy !== 'personal-data') } : held;
}

/** Whether `name` is a role of this vocabulary. */
export function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name);
}
