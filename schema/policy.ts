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
  'consent:read': 'Read which partner may process what',
  'consent:manage': 'Give and withdraw consents',
  'grant:read': 'Read who holds which role',
  'grant:manage': 'Grant and revoke roles, suspend and reinstate people',
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
  'personal-data': 'The role may process personal data',
  'fresh-mfa': 'A login with a second factor, at most five minutes old',
} as const;

export type Policy = keyof typeof POLICIES;

/** Greatest age, in seconds, of the login that `fresh-mfa` accepts. */
export const FRESH_MFA_SECONDS = 300;

export interface RoleDefinition {
  /** The widest that it is granted for: the whole company, or named residences. */
  readonly reach: 'company' | 'residences';
  /** What a grant of it may be for. */
  readonly grantedFor: readonly ('company' | 'properties' | 'residences')[];
  /** Longest that one grant of it may last. */
  readonly longestGrantDays: number;
  /** Roles whose holders may grant and revoke it. */
  readonly grantedBy: readonly ('COMPANY_ADMIN' | 'SECURITY_OFFICER')[];
  /** Whether a grant is in force only when somebody else than who gave it has approved it. */
  readonly needsApproval: boolean;
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
    ],
    policies: ['personal-data'],
  },
  TECHNICIAN: {
    reach: 'residences',
    grantedFor: ['properties', 'residences'],
    longestGrantDays: 180,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
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
    ],
    policies: ['personal-data'],
  },
  ACCOUNTANT: {
    reach: 'company',
    grantedFor: ['company', 'properties'],
    longestGrantDays: 365,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
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
    scopes: ['company:read', 'person:read', 'grant:read', 'grant:manage', 'consent:read'],
    policies: ['personal-data'],
  },
  INTEGRATION_MANAGER: {
    reach: 'company',
    grantedFor: ['company'],
    longestGrantDays: 180,
    grantedBy: ['COMPANY_ADMIN'],
    needsApproval: false,
    scopes: ['company:read', 'consent:read'],
    policies: [],
  },
  COMPANY_ADMIN: {
    reach: 'company',
    grantedFor: ['company'],
    longestGrantDays: 90,
    grantedBy: ['COMPANY_ADMIN', 'SECURITY_OFFICER'],
    needsApproval: true,
    scopes: [
      'company:read',
      'property:read',
      'residence:read',
      'person:read',
      'grant:read',
      'grant:manage',
      'consent:read',
    ],
    policies: ['personal-data'],
  },
} as const satisfies Record<string, RoleDefinition>;

export type Role = keyof typeof ROLES;

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

/** Whether `name` is a role of this vocabulary. */
export function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name);
}
