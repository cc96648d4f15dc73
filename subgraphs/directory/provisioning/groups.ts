/** `/Groups` (RFC 7644, section 3): groups of one company's provider. What a group gives follows its members at once. */
import { grantByGroup, removeGroupRole, revokeByGroup } from '../records/group-roles.ts';
import {
  addMembers,
  createGroup,
  findGroups,
  type GroupProfile,
  groupProfile,
  listGroups,
  membersOf,
  type ProvisionedGroup,
  readGroup,
  removeGroup,
  removeMembers,
  updateGroup,
} from '../records/provisioned-groups.ts';
import { userKeysAmong } from '../records/provisioned-users.ts';
import { provisioningSubject } from '../records/provisioning-tokens.ts';
import { parseFilter, parseSelection } from './filters.ts';
import { listAnswer, pageOf, type ResourceRequest, type Selection } from './lists.ts';
import { isOfMembers, patchMembers, readMembers } from './members.ts';
import { applyOperations, readOperations } from './patch.ts';
import { notFound, parsing, ScimRefusal } from './refusal.ts';
import { GROUP, ScimGroup } from './schemas.ts';
import type { ProvisioningScope, ScimAnswer } from './scope.ts';
import { readResource } from './values.ts';
import { assertVersion, takeTurn, versionOf } from './writes.ts';

export async function answerGroups(scope: ProvisioningScope, request: ResourceRequest): Promise<ScimAnswer> {
  const { method, id, body, query } = request;
  if (id === undefined && method === 'GET') return list(scope, request);
  if (id === undefined && method === 'POST') return create(scope, request);
  if (id === undefined) throw new ScimRefusal(405, 'This is not offered.');
  if (method === 'GET') return answerOne(scope, await present(scope, id), parseSelection(query));
  if (method === 'PUT') return write(scope, request, id, async () => readGroupBody(body));
  if (method === 'PATCH') return write(scope, request, id, (group) => patched(scope, group, body));
  if (method === 'DELETE') return remove(scope, request, id);
  throw new ScimRefusal(405, 'This is not offered.');
}

interface GroupWithMembers extends ProvisionedGroup {
  readonly members: ReadonlySet<string>;
}

type WrittenGroup = Pick<GroupWithMembers, 'profile' | 'members'>;

async function list(scope: ProvisioningScope, { query }: ResourceRequest): Promise<ScimAnswer> {
  const selection = parseSelection(query);
  const page = pageOf(query);
  const show = (group: GroupWithMembers) => shown(scope, group, selection);
  if (query.filter === undefined) {
    const { total, groups } = await listGroups(scope, page);
    return listAnswer((await withMembers(scope, groups)).map(show), page, total);
  }
  const { lookups, matches } = parseFilter(query.filter, ['id', 'externalId', 'displayName']);
  const candidates = await withMembers(scope, await findGroups(scope, lookups.flatMap(ofGroups)));
  const found = candidates.filter((group) => matches(shown(scope, group, undefined)));
  return listAnswer(found.slice(page.offset, page.offset + page.limit).map(show), page, found.length);
}

async function create(scope: ProvisioningScope, { body, query }: ResourceRequest): Promise<ScimAnswer> {
  const { profile, members } = readGroupBody(body);
  await takeTurn(scope);
  await assertUsers(scope, members);
  const key = await createGroup(scope, profile);
  await addMembers(scope, key, [...members]);
  const answer = answerOne(scope, await present(scope, key), parseSelection(query));
  return { ...answer, status: 201 };
}

async function write(
  scope: ProvisioningScope,
  { query, ifMatch }: ResourceRequest,
  id: string,
  read: (group: GroupWithMembers) => Promise<WrittenGroup>,
): Promise<ScimAnswer> {
  await takeTurn(scope);
  const before = await present(scope, id);
  assertVersion(before, ifMatch);
  const { profile, members } = await read(before);
  const [coming, leaving] = [members.difference(before.members), before.members.difference(members)];
  await assertUsers(scope, coming);
  const isOther = JSON.stringify(profile) !== JSON.stringify(before.profile);
  if (isOther || coming.size > 0 || leaving.size > 0) await updateGroup(scope, id, profile);
  await removeMembers(scope, id, [...leaving]);
  await revokeByGroup(scope.transaction, actorOf(scope), id, [...leaving]);
  await addMembers(scope, id, [...coming]);
  await grantByGroup(scope.transaction, scope, id, [...coming]);
  return answerOne(scope, await present(scope, id), parseSelection(query));
}

async function remove(scope: ProvisioningScope, { ifMatch }: ResourceRequest, id: string): Promise<ScimAnswer> {
  await takeTurn(scope);
  assertVersion(await present(scope, id), ifMatch);
  await removeGroupRole(scope.transaction, actorOf(scope), id);
  await removeGroup(scope, id);
  return { status: 204 };
}

/** One that is somebody else's and one that isn't there are refused alike, and nothing is written. */
async function assertUsers(scope: ProvisioningScope, keys: ReadonlySet<string>): Promise<void> {
  const known = await userKeysAmong(scope, [...keys]);
  if (known.size < keys.size) throw new ScimRefusal(400, 'A member is no user of the company.', 'invalidValue');
}

async function present(scope: ProvisioningScope, id: string): Promise<GroupWithMembers> {
  const group = await readGroup(scope, id);
  const [found] = group ? await withMembers(scope, [group]) : [];
  if (!found) throw notFound();
  return found;
}

async function withMembers(
  scope: ProvisioningScope,
  groups: readonly ProvisionedGroup[],
): Promise<readonly GroupWithMembers[]> {
  const keys = groups.map(({ key }) => key);
  const members = await membersOf(scope, keys);
  return groups.map((group) => ({ ...group, members: members.get(group.key) ?? new Set() }));
}

async function patched(scope: ProvisioningScope, group: GroupWithMembers, body: unknown): Promise<WrittenGroup> {
  const operations = readOperations(body, GROUP);
  const resource = resourceOf(scope, { ...group, members: new Set() }, undefined);
  const rest = operations.filter((operation) => !isOfMembers(operation));
  return {
    profile: toProfile(await applyOperations(resource, rest)),
    members: patchMembers(group.members, operations.filter(isOfMembers)),
  };
}

function readGroupBody(body: unknown): WrittenGroup {
  const { members, ...resource } = readResource(body, GROUP);
  return { profile: toProfile(parsing(() => new ScimGroup(resource, 'in'))), members: readMembers(members) };
}

function toProfile(resource: ScimGroup): GroupProfile {
  const profile = groupProfile.safeParse(JSON.parse(JSON.stringify(resource)));
  if (!profile.success) {
    throw new ScimRefusal(400, 'Not valid, or too long: displayName or externalId.', 'invalidValue');
  }
  return profile.data;
}

function answerOne(scope: ProvisioningScope, group: GroupWithMembers, selection: Selection): ScimAnswer {
  const location = `${scope.base}/Groups/${group.key}`;
  return { status: 200, body: shown(scope, group, selection), location, version: versionOf(group) };
}

/** As JSON has it: without accessors, and without what isn't there. */
function shown(scope: ProvisioningScope, group: GroupWithMembers, selection: Selection): object {
  return JSON.parse(JSON.stringify(resourceOf(scope, group, selection))) as object;
}

function resourceOf(scope: ProvisioningScope, group: GroupWithMembers, selection: Selection): ScimGroup {
  const { key, profile, members, createdAt, modifiedAt } = group;
  const meta = { resourceType: 'Group', created: createdAt, lastModified: modifiedAt, version: versionOf(group) };
  const values = [...members].map((value) => ({ value, $ref: `${scope.base}/Users/${value}`, type: 'User' }));
  const resource = { ...profile, id: key, schemas: [GROUP.id], meta, ...(values.length > 0 && { members: values }) };
  return new ScimGroup(resource, 'out', `${scope.base}/Groups`, selection);
}

/** In whose name what a group gave is revoked. */
function actorOf({ tenant }: ProvisioningScope) {
  return { tenant, subject: provisioningSubject(tenant) };
}

function ofGroups({ by, value }: ReturnType<typeof parseFilter>['lookups'][number]) {
  return by === 'id' || by === 'externalId' || by === 'displayName' ? [{ by, value }] : [];
}
