/**
 * The sample estate as rows: everything that a company of `@commonhold/development` has in the directory.
 *
 * Loaded only where `DEVELOPMENT_SEED=1` asks for it.
 */
import { randomUUID } from 'node:crypto';
import {
  COMPANIES,
  RESIDENCES_WITHOUT_CONSENT,
  type SampleCompany,
  sampleProperties,
  sampleResidences,
} from '@commonhold/development/estate.ts';
import {
  COLLEAGUES,
  LEAVERS,
  ON_CALL,
  PERSONAS,
  type Persona,
  SAMPLE_SERVICES,
} from '@commonhold/development/personas.ts';
import { BREAK_GLASS, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { currentBriefing } from '../briefing/briefing.ts';
import { PARTNERS } from '../records/partners.ts';
import { type InventedPerson, inventPerson } from './people.ts';

export interface SeededPerson extends InventedPerson {
  readonly key: string;
}

/** Rows by table, in the order in which they can be written, with the columns' names of the database. */
export type SeedRows = Readonly<Record<string, readonly object[]>>;

const HOUR = 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;

/** All rows of a company but its people, and its people in clear, to be sealed before they are written. */
export function companyRows(company: SampleCompany, now: Date): { people: readonly SeededPerson[]; rows: SeedRows } {
  const tenant = company.key;
  const since = new Date(Math.floor(now.getTime() / DAY) * DAY - 30 * DAY);
  const until = new Date(since.getTime() + 364 * DAY);
  const residences = sampleResidences(tenant);
  const { people, occupancies } = peopleOf(company);
  const holders = holdersOf(tenant);
  const { version } = currentBriefing();
  return {
    people,
    rows: {
      company: [{ tenant, name: company.name }],
      property: sampleProperties(tenant).map(({ key, name, address }) => ({ tenant, key, name, address })),
      residence: residences.map(({ key, property, number, floor, areaSquareMeters }) => ({
        tenant,
        key,
        property,
        number,
        floor,
        area_square_meters: areaSquareMeters,
      })),
      person: [],
      occupancy: occupancies.map((occupancy) => ({ tenant, ...occupancy, since, until: null })),
      account: [
        ...holders.map(({ subject, kind, person }) => ({ tenant, subject, kind, person, suspended_at: null })),
        ...leaversOf(tenant).map(({ subject }) => ({
          tenant,
          subject,
          kind: 'person',
          person: subject,
          suspended_at: since,
        })),
      ],
      role_grant: holders.map(({ subject, role, reason }) => ({
        tenant,
        key: `${subject}-1`,
        subject,
        role,
        reach: ROLES[role].reach,
        reason,
        since,
        until,
        needs_approval: false,
      })),
      notice: holders
        .filter(({ kind }) => kind === 'person')
        .map(({ subject, role }) => ({
          tenant,
          key: `${subject}-granted`,
          subject,
          kind: 'GRANT_GIVEN',
          about: { grant: `${subject}-1`, role },
          at: since,
          read_at: since,
          event: randomUUID(),
          posted_at: since,
        })),
      briefing_confirmation: PERSONAS.filter((persona) => persona.company === tenant).map(({ subject }) => ({
        tenant,
        subject,
        version,
        confirmed_at: since,
      })),
      break_glass: holders.filter(isBreaking).map(({ subject }) => ({
        tenant,
        key: `${subject}-glass-1`,
        subject,
        reason: 'Water came through the ceiling below, and nobody opened',
        since,
        until: new Date(since.getTime() + HOUR),
        review_due: new Date(since.getTime() + HOUR + 3 * DAY),
        reviewed_by: `${tenant}-security-officer`,
        reviewed_at: new Date(since.getTime() + 2 * DAY),
        outcome: 'JUSTIFIED',
        remark: 'The fire brigade was there, too',
      })),
      break_glass_residence: holders.filter(isBreaking).map(({ subject }) => ({
        tenant,
        break_glass: `${subject}-glass-1`,
        residence: `${tenant}-p09-r09`,
      })),
      role_grant_residence: holders.flatMap(({ subject, residences }) =>
        residences.map((residence) => ({ tenant, role_grant: `${subject}-1`, residence })),
      ),
      consent: PARTNERS.flatMap((partner) =>
        residences.flatMap(({ key }) => {
          const without = RESIDENCES_WITHOUT_CONSENT.find(
            (missing) => missing.partner === partner && missing.residence === key,
          );
          if (without?.why === 'never-given') return [];
          const yesterday = new Date(since.getTime() + 29 * DAY);
          return {
            tenant,
            key: `${key}-${partner}-1`,
            residence: key,
            partner,
            purpose: 'OPERATION',
            since,
            until: without?.why === 'ended' ? yesterday : until,
            withdrawn_at: without?.why === 'withdrawn' ? yesterday : null,
          };
        }),
      ),
    },
  };
}

/** Where a company's people begin in the list of invented ones: nobody of one company is called as somebody of another. */
const PEOPLE_APART = 2_000;

/** One or two people in each residence; the persona of a resident lives in the residences of its grant. */
function peopleOf(company: SampleCompany) {
  const first = COMPANIES.indexOf(company) * PEOPLE_APART;
  const personas = holdersOfRoles(company.key);
  const staff = personas.map(({ subject, email }, index) => ({
    ...inventPerson(first + index, company.domain),
    email,
    key: subject,
  }));
  const leavers = leaversOf(company.key).map(({ subject, email }, index) => ({
    ...inventPerson(first + PEOPLE_APART - 1 - index, company.domain),
    email,
    key: subject,
  }));
  const homes = personas.flatMap(({ subject, role, residences }) =>
    role === 'RESIDENT' ? (residences ?? []).map((residence) => ({ residence, person: subject })) : [],
  );
  const taken = new Set(homes.map(({ residence }) => residence));
  const tenancies = sampleResidences(company.key).flatMap(({ key }, index) =>
    Array.from({ length: index % 2 === 0 && !taken.has(key) ? 2 : 1 }, () => key),
  );
  const residents = tenancies.map((residence, index) => ({
    residence,
    person: {
      ...inventPerson(first + staff.length + index, company.domain),
      key: `${company.key}-resident-${String(index + 1).padStart(4, '0')}`,
    },
  }));
  return {
    people: [...staff, ...leavers, ...residents.map(({ person }) => person)],
    occupancies: [...homes, ...residents.map(({ residence, person }) => ({ residence, person: person.key }))],
  };
}

function leaversOf(tenant: string) {
  return LEAVERS.filter(({ company }) => company === tenant);
}

/** All who hold a role. */
function holdersOfRoles(tenant: string): readonly Persona[] {
  return [...PERSONAS, ...COLLEAGUES, ...ON_CALL].filter(({ company }) => company === tenant);
}

function holdersOf(tenant: string) {
  const personas = holdersOfRoles(tenant).map(({ subject, role, residences }) => ({
    subject,
    kind: 'person',
    person: subject,
    role,
    reason: REASONS[role],
    residences: residences ?? [],
  }));
  const services = SAMPLE_SERVICES.filter(({ company }) => company === tenant).map(({ clientId, role }) => ({
    subject: clientId,
    kind: 'service',
    person: null,
    role,
    reason: 'Reads figures for the monthly report',
    residences: [],
  }));
  return [...personas, ...services];
}

function isBreaking({ role }: { readonly role: Role }): boolean {
  return BREAK_GLASS.brokenBy.some((breaking) => breaking === role);
}

const REASONS: Readonly<Record<Role, string>> = {
  RESIDENT: 'Rents the residence',
  DISPATCHER: 'Works in the control room',
  TECHNICIAN: 'Has service requests in these residences',
  ACCOUNTANT: 'Keeps the accounts',
  ANALYST: 'Prepares reports',
  SECURITY_OFFICER: 'Is responsible for information security',
  INTEGRATION_MANAGER: 'Looks after the partner contracts',
  COMPANY_ADMIN: 'Runs the company',
};
