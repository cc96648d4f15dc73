/**
 * The people and services of the sample estate who can log in: one a role and company. Their subjects are fixed; their
 * passwords and TOTP secrets are derived from the development master key, so that none is written anywhere.
 */

import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { COMPANIES } from './estate.ts';

export interface Persona {
  /** Login name, such as `dispatcher@northgate.example`. */
  readonly email: string;
  readonly company: string;
  readonly subject: string;
  readonly role: Role;
  /** Residences that the role is limited to; undefined: the whole company. */
  readonly residences: readonly string[] | undefined;
}

const LOGIN_NAMES: Readonly<Record<Role, string>> = {
  RESIDENT: 'resident',
  DISPATCHER: 'dispatcher',
  TECHNICIAN: 'technician',
  ACCOUNTANT: 'accountant',
  ANALYST: 'analyst',
  SECURITY_OFFICER: 'security-officer',
  INTEGRATION_MANAGER: 'integration-manager',
  COMPANY_ADMIN: 'company-admin',
};

export const PERSONAS: readonly Persona[] = COMPANIES.flatMap(({ key, domain }) =>
  Object.entries(LOGIN_NAMES).map(([role, name]) => ({
    email: `${name}@${domain}`,
    company: key,
    subject: `${key}-${name}`,
    role: role as Role,
    residences: residencesOf(role, key),
  })),
);

/**
 * Another analyst a company: somebody whose logins may be ended while a persona's go on. They haven't confirmed the
 * security briefing.
 */
export const COLLEAGUES: readonly Persona[] = COMPANIES.map(({ key, domain }) => ({
  email: `colleague@${domain}`,
  company: key,
  subject: `${key}-colleague`,
  role: 'ANALYST',
  residences: undefined,
}));

/** One person a company whose account has no second factor yet, to try the enrolment, and who may do nothing yet. */
export const NEWCOMERS = COMPANIES.map(({ key, domain }) => ({
  email: `newcomer@${domain}`,
  company: key,
  subject: `${key}-newcomer`,
}));

/** One person a company whose account was suspended, and who holds no role. */
export const LEAVERS = COMPANIES.map(({ key, domain }) => ({
  email: `leaver@${domain}`,
  company: key,
  subject: `${key}-leaver`,
}));

/**
 * One technician a company who is on call, and doesn't log in at the embedded issuer. They haven't confirmed the security
 * briefing.
 */
export const ON_CALL: readonly Persona[] = COMPANIES.map(({ key, domain }) => ({
  email: `on-call@${domain}`,
  company: key,
  subject: `${key}-on-call`,
  role: 'TECHNICIAN',
  residences: [`${key}-p19-r01`],
}));

/** A program of a company that reads on its own behalf, by client credentials. */
export const SAMPLE_SERVICES = COMPANIES.map(({ key }) => ({
  clientId: `${key}-reporting`,
  company: key,
  role: 'ANALYST' as const,
}));

/** The password of a persona: 24 characters, the same on each start with the same master key. */
export function personaPassword(masterKey: MasterKey, email: string): string {
  return Buffer.from(masterKey.derive(`persona-password:${email}`))
    .toString('base64url')
    .slice(0, 24);
}

/** The TOTP secret of a persona: 20 bytes (RFC 6238 with SHA-1, six digits, 30 seconds). */
export function personaTotpSecret(masterKey: MasterKey, email: string): Uint8Array {
  return masterKey.derive(`persona-totp:${email}`).slice(0, 20);
}

function residencesOf(role: string, company: string): readonly string[] | undefined {
  if (role === 'RESIDENT') return [`${company}-p01-r01`];
  if (role === 'TECHNICIAN') return [`${company}-p01-r01`, `${company}-p01-r02`, `${company}-p02-r01`];
  return undefined;
}
