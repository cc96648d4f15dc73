/** What may happen to rights, done to a real directory and to the model at once. */
import { setTimeout as wait } from 'node:timers/promises';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import fc from 'fast-check';
import { letPass, type Model, mayDo, mayGrant } from './model.ts';
import type { RealAccess } from './real-access.ts';

export type AccessCommand = fc.AsyncCommand<Model, RealAccess>;

const DAY = 24 * 60 * 60 * 1000;
/** Ends lie at noon and clocks jump by whole days: nothing is in force and over in the same moment. */
const HALF_DAY = DAY / 2;
const TENANT = tenantId('northgate');

export const ADMINS = ['northgate-company-admin', 'northgate-security-officer'] as const;
export const PEOPLE = [
  ...['northgate-dispatcher', 'northgate-accountant', 'northgate-technician', 'northgate-analyst'],
  ...ADMINS,
] as const;

const subject = fc.constantFrom(...PEOPLE);
const by = fc.constantFrom(...ADMINS, 'northgate-dispatcher');
const role = fc.constantFrom(...Object.keys(ROLES).filter(isRole));
const index = fc.nat(1_000);

/** Something is done, and then everybody's rights are looked at. */
function command(name: string, run: (model: Model, real: RealAccess) => Promise<void>): AccessCommand {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await assertNobodyMayMore(model, real);
    },
    toString: () => name,
  };
}

/** Longest that a right may outlive its end anywhere. */
const PROMISED_MILLISECONDS = 1_000;

async function assertNobodyMayMore(model: Model, real: RealAccess): Promise<void> {
  for (const one of PEOPLE) {
    const end = Date.now() + PROMISED_MILLISECONDS;
    let tooMany: readonly string[];
    do {
      const roles = await real.rolesOf(one);
      const allowed: ReadonlySet<string> = mayDo(model, one, Date.now());
      tooMany = roles.filter((role) => !allowed.has(role));
      if (tooMany.length > 0) await wait(10);
    } while (tooMany.length > 0 && Date.now() < end);
    if (tooMany.length > 0) throw new Error(`${one} may act as ${tooMany.join(', ')}, which the model denies`);
  }
}

function pick({ grants }: Model, at: number, isMeant: (role: Role) => boolean = () => true): string | undefined {
  const ids = [...grants].filter(([, grant]) => isMeant(grant.role)).map(([id]) => id);
  return ids[at % ids.length];
}

const grantRole = fc
  .record({ subject, by, role, from: fc.nat(5), days: fc.integer({ min: 1, max: 60 }) })
  .map((terms) =>
    command(`grant ${JSON.stringify(terms)}`, async (model, real) => {
      const now = Date.now();
      const since = now + terms.from * DAY + (terms.from > 0 ? HALF_DAY : 0);
      const until = since + terms.days * DAY + HALF_DAY;
      const { grantedFor, needsApproval } = ROLES[terms.role];
      const isForResidences = grantedFor.every((reach) => reach !== 'company');
      const id = await real.grant(terms.by, {
        person: encodeId({ tenant: TENANT, type: 'Person', residence: undefined, key: terms.subject }),
        role: terms.role,
        ...(isForResidences && { residences: [real.residence] }),
        ...(terms.from > 0 && { since: new Date(since).toISOString() }),
        until: new Date(until).toISOString(),
      });
      if (id === undefined || terms.by === terms.subject || !mayGrant(model, terms.by, terms.role, now)) return;
      model.grants.set(id, {
        ...{ subject: terms.subject, role: terms.role, givenBy: terms.by, since, until },
        isApproved: !needsApproval,
        isRevoked: false,
      });
    }),
  );

const approveGrant = fc.record({ by, at: index }).map(({ by, at }) =>
  command(`approve ${at} by ${by}`, async (model, real) => {
    const id = pick(model, at, (role) => ROLES[role].needsApproval);
    const grant = id !== undefined && model.grants.get(id);
    if (!grant) return;
    const wasDone = await real.approve(by, id);
    const isOther = by !== grant.givenBy && by !== grant.subject;
    if (wasDone && isOther && mayGrant(model, by, grant.role, Date.now())) grant.isApproved = true;
  }),
);

const revokeGrant = fc.record({ by, at: index }).map(({ by, at }) =>
  command(`revoke ${at} by ${by}`, async (model, real) => {
    const id = pick(model, at);
    const grant = id !== undefined && model.grants.get(id);
    if (grant && (await real.revoke(by, id))) grant.isRevoked = true;
  }),
);

const suspend = fc.record({ subject, by }).map(({ subject, by }) =>
  command(`suspend ${subject} by ${by}`, async (model, real) => {
    if (await real.suspend(by, subject)) model.suspended.add(subject);
  }),
);

const reinstate = fc.record({ subject, by }).map(({ subject, by }) =>
  command(`reinstate ${subject} by ${by}`, async (model, real) => {
    const may = mayDo(model, by, Date.now());
    const wasDone = await real.reinstate(by, subject);
    if (wasDone && by !== subject && ADMINS.some((admin) => admin === by) && may.size > 0)
      model.suspended.delete(subject);
  }),
);

const jump = fc.integer({ min: 1, max: 9 }).map((days) =>
  command(`${days} days go by`, async (model, real) => {
    await real.letPass(days);
    letPass(model, days * DAY);
  }),
);

const startReview = fc.integer({ min: 7, max: 20 }).map((days) =>
  command(`a review of ${days} days`, async (model, real) => {
    const end = Date.now() + days * DAY + HALF_DAY;
    if (!(await real.startReview(new Date(end).toISOString()))) return;
    for (const grant of model.grants.values()) {
      if (!grant.isRevoked && Date.now() < grant.until) grant.confirmBy = end;
    }
  }),
);

const confirm = fc.record({ by, at: index }).map(({ by, at }) =>
  command(`confirm ${at} by ${by}`, async (model, real) => {
    const id = pick(model, at);
    const grant = id !== undefined && model.grants.get(id);
    if (!grant || !(await real.confirm(by, id))) return;
    if (by !== grant.subject && mayDo(model, by, Date.now()).size > 0) grant.confirmBy = undefined;
  }),
);

/** What recurring work does, or has not come to yet. */
const recurring = fc.constant(command('the recurring work is done', (_, real) => real.doRecurringWork()));

/** Messages of changes are lost for a while. */
const loseMessages = fc.integer({ min: 1, max: 3 }).map((times) =>
  command(`messages are lost ${times} times`, async (_, real) => {
    for (let time = 0; time < times; time += 1) {
      await real.loseMessages();
      await wait(20);
    }
  }),
);

export const commands = fc.commands(
  [
    ...[grantRole, grantRole, grantRole, approveGrant, revokeGrant, suspend, reinstate, jump, jump],
    ...[startReview, confirm, confirm, recurring, loseMessages],
  ],
  { maxCommands: 40, size: 'max' },
);
