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
  /** `company`: granted for the whole company. `residences`: granted only for named residences. */
  readonly reach: 'company' | 'residences';
  readonly scopes: readonly Scope[];
  readonly policies: readonly Policy[];
}

export const ROLES = {
  RESIDENT: {
    reach: 'residences',
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
    scopes: ['company:read', 'person:read', 'grant:read', 'consent:read'],
    policies: ['personal-data'],
  },
  INTEGRATION_MANAGER: {
    reach: 'company',
    scopes: ['company:read', 'consent:read'],
    policies: [],
  },
  COMPANY_ADMIN: {
    reach: 'company',
    scopes: ['company:read', 'property:read', 'residence:read', 'person:read', 'grant:read', 'consent:read'],
    policies: ['personal-data'],
  },
} as const satisfies Record<string, RoleDefinition>;

export type Role = keyof typeof ROLES;

/** Whether `name` is a role of this vocabulary. */
export function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name);
}
