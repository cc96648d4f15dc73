/**
 * One look at what is assigned at the partner now, for one company: what was changed there, past the graph, is told to
 * the directory, and what a message that was lost should have said. Descriptions come encrypted and stay so.
 */
import { randomUUID } from 'node:crypto';
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Log } from '@commonhold/platform/log.ts';
import { type CommunalClient, type CommunalVersions, createCommunalClient } from '../partner/client.ts';
import { assignmentOf } from './assignment-of.ts';
import type { Assignment, Assignments, Differences } from './assignments.ts';

export interface LookParts {
  readonly partner: Partner<CommunalVersions>;
  readonly assignments: Assignments;
  readonly log: Log;
}

export interface Seen {
  /** Assignments that name a residence or person that isn't the company's; rights come of them to nobody. */
  readonly unknown: number;
  /** false: there were more than can be looked through, so nothing was ended for not being among them. */
  readonly isWhole: boolean;
}

/** @throws {PartnerError | GraphQLError} when the partner or the directory can't be asked */
export type Look = (tenant: TenantId, signal: AbortSignal) => Promise<Seen>;

const LONGEST_MILLISECONDS = 30_000;
const MOST_ASSIGNED = 1_000;
const MOST_PAGES = 20;
const PAGE = 500;
/** A request may be assigned before anybody says so by its status. */
const NOT_OVER = ['assigned', 'in-progress', 'open'] as const;

export function createLook({ partner, assignments, log }: LookParts): Look {
  return async (tenant, signal) => {
    const began = new Date();
    const request = { principal: { tenant }, requestId: randomUUID(), isBackground: true, signal, log };
    const deadline = began.getTime() + LONGEST_MILLISECONDS;
    const client = createCommunalClient(partner, { ...request, deadline });
    const { listed, isWhole } = await list(client);
    const { changed, missing } = await assignments.compare(tenant, listed, signal);
    const differing = new Set(changed);
    const gone = isWhole ? await readAgain(client, missing, began) : [];
    const told = [...listed.filter(({ request: key }) => differing.has(key)), ...gone];
    return { unknown: await assignments.tellAll(tenant, told, signal), isWhole };
  };
}

async function list(client: CommunalClient): Promise<{ listed: readonly Assignment[]; isWhole: boolean }> {
  const found = new Map<string, Assignment>();
  let pages = 0;
  for (const status of NOT_OVER) {
    let cursor: string | undefined;
    do {
      if (pages === MOST_PAGES) return { listed: [...found.values()], isWhole: false };
      const page = await client.serviceRequestPage({ residences: 'company', status, limit: PAGE, cursor });
      for (const assignment of page.items.map(assignmentOf)) {
        if (assignment.person !== null) found.set(assignment.request, assignment);
      }
      if (found.size > MOST_ASSIGNED) return { listed: [...found.values()].slice(0, MOST_ASSIGNED), isWhole: false };
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
  }
  return { listed: [...found.values()], isWhole: true };
}

/**
 * A request that changes while pages are read may be on none of them, so each is asked for by its key before anything
 * ends. One that isn't there at all is over as of the look's beginning: whatever is newer than that stays.
 */
async function readAgain(
  client: CommunalClient,
  missing: Differences['missing'],
  began: Date,
): Promise<readonly Assignment[]> {
  const records = missing.length > 0 ? await client.serviceRequests(missing.map(({ request }) => request)) : [];
  const found = new Map(records.map((record) => [record.id, assignmentOf(record)]));
  return missing.map(
    ({ request, residence }) =>
      found.get(request) ?? { request, residence, person: null, deadline: null, asOf: began.toISOString() },
  );
}
