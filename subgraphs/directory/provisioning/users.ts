/** `/Users` (RFC 7644, section 3): people of one company, as its identity provider asks for and writes them. */
import { tellOfOtherAddress } from '../records/address-changes.ts';
import { deprovision, provisionAgain, revokeAllGrants } from '../records/deprovisioning.ts';
import { hasAccepted, inviteElsewhere, inviteUser } from '../records/invitations.ts';
import {
  createUser,
  findUsers,
  listUsers,
  type ProvisionedUser,
  personOf,
  readUser,
  removeUser,
  touchUser,
  type UserProfile,
  updateUser,
  userProfile,
} from '../records/provisioned-users.ts';
import { provisioningSubject } from '../records/provisioning-tokens.ts';
import { parseFilter, parseSelection } from './filters.ts';
import { listAnswer, pageOf, type ResourceRequest, type Selection } from './lists.ts';
import { applyPatch } from './patch.ts';
import { notFound, parsing, ScimRefusal } from './refusal.ts';
import { ScimUser, USER } from './schemas.ts';
import type { ProvisioningScope, ScimAnswer } from './scope.ts';
import { readResource } from './values.ts';
import { assertVersion, takeTurn, versionOf } from './writes.ts';

export async function answerUsers(scope: ProvisioningScope, request: ResourceRequest): Promise<ScimAnswer> {
  const { method, id } = request;
  if (id === undefined && method === 'GET') return list(scope, request);
  if (id === undefined && method === 'POST') return create(scope, request);
  if (id === undefined) throw new ScimRefusal(405, 'This is not offered.');
  if (method === 'GET') return answerOne(scope, await present(scope, id), parseSelection(request.query));
  if (method === 'PUT') return write(scope, request, id, async () => readUserBody(request.body));
  if (method === 'PATCH') return write(scope, request, id, (user) => patched(scope, user, request.body));
  if (method === 'DELETE') return remove(scope, request, id);
  throw new ScimRefusal(405, 'This is not offered.');
}

/** What a user is to be. `isActive` undefined: nothing is said. */
interface WrittenUser {
  readonly profile: UserProfile;
  readonly isActive: boolean | undefined;
}

async function list(scope: ProvisioningScope, { query }: ResourceRequest): Promise<ScimAnswer> {
  const selection = parseSelection(query);
  const page = pageOf(query);
  const show = (user: ProvisionedUser) => shown(scope, user, selection);
  if (query.filter === undefined) {
    const { total, users } = await listUsers(scope, page);
    return listAnswer(users.map(show), page, total);
  }
  const { lookups, matches } = parseFilter(query.filter, ['id', 'externalId', 'userName', 'emails']);
  const candidates = await findUsers(scope, lookups.flatMap(ofUsers));
  const found = candidates.filter((user) => matches(shown(scope, user, undefined)));
  return listAnswer(found.slice(page.offset, page.offset + page.limit).map(show), page, found.length);
}

async function create(scope: ProvisioningScope, { body, query }: ResourceRequest): Promise<ScimAnswer> {
  const { profile, isActive = true } = readUserBody(body);
  await takeTurn(scope);
  await assertFree(scope, profile.userName, undefined);
  const key = await createUser(scope, profile, isActive);
  if (isActive) await inviteUser(scope, key);
  const answer = answerOne(scope, await present(scope, key), parseSelection(query));
  return { ...answer, status: 201 };
}

async function write(
  scope: ProvisioningScope,
  { query, ifMatch }: ResourceRequest,
  id: string,
  read: (user: ProvisionedUser) => Promise<WrittenUser>,
): Promise<ScimAnswer> {
  await takeTurn(scope);
  const before = await present(scope, id);
  assertVersion(before, ifMatch);
  const { profile, isActive = before.isActive } = await read(before);
  if (!isActive) await deprovision(scope.transaction, scope, id);
  const isBack = isActive && !before.isActive;
  if (isBack) await provisionAgain(scope.transaction, scope, id);
  const isOther = JSON.stringify(profile) !== JSON.stringify(before.profile);
  if (isOther) {
    await assertFree(scope, profile.userName, id);
    await updateUser(scope, id, profile);
    const formerly = personOf(id, before.profile).email;
    if (personOf(id, profile).email !== formerly) {
      await inviteElsewhere(scope, id);
      await tellOfOtherAddress(scope, id, formerly);
    }
  } else if (isActive !== before.isActive) await touchUser(scope, id);
  if (isBack && !(await hasAccepted(scope.transaction, id))) await inviteUser(scope, id);
  return answerOne(scope, await present(scope, id), parseSelection(query));
}

/** The account stays, for ever inactive: grants and orders of the past name it. */
async function remove(scope: ProvisioningScope, { ifMatch }: ResourceRequest, id: string): Promise<ScimAnswer> {
  await takeTurn(scope);
  assertVersion(await present(scope, id), ifMatch);
  const { transaction, tenant } = scope;
  await deprovision(transaction, scope, id);
  await revokeAllGrants(transaction, { tenant, subject: provisioningSubject(tenant) }, id);
  await removeUser(scope, id);
  return { status: 204 };
}

async function present(scope: ProvisioningScope, id: string): Promise<ProvisionedUser> {
  const user = await readUser(scope, id);
  if (!user) throw notFound();
  return user;
}

async function assertFree(scope: ProvisioningScope, userName: string, except: string | undefined): Promise<void> {
  const holders = await findUsers(scope, [{ by: 'userName', value: userName }]);
  if (holders.some(({ key }) => key !== except)) {
    throw new ScimRefusal(409, 'Another person of the company has this userName.', 'uniqueness');
  }
}

async function patched(scope: ProvisioningScope, user: ProvisionedUser, body: unknown): Promise<WrittenUser> {
  return toWritten(await applyPatch(resourceOf(scope, user, undefined), body));
}

function readUserBody(body: unknown): WrittenUser {
  return toWritten(parsing(() => new ScimUser(readResource(body, USER), 'in')));
}

function toWritten(resource: ScimUser): WrittenUser {
  const plain: unknown = JSON.parse(JSON.stringify(resource));
  const profile = userProfile.safeParse(plain);
  if (!profile.success) {
    const names = new Set(
      profile.error.issues.map(({ path }) => path.filter((part) => typeof part === 'string').join('.')),
    );
    throw new ScimRefusal(400, `Not valid, or too long: ${[...names].join(', ')}.`, 'invalidValue');
  }
  return { profile: profile.data, isActive: resource.active };
}

function answerOne(scope: ProvisioningScope, user: ProvisionedUser, selection: Selection): ScimAnswer {
  const location = `${scope.base}/Users/${user.key}`;
  return { status: 200, body: shown(scope, user, selection), location, version: versionOf(user) };
}

/** As JSON has it: without accessors, and without what isn't there. */
function shown(scope: ProvisioningScope, user: ProvisionedUser, selection: Selection): object {
  return JSON.parse(JSON.stringify(resourceOf(scope, user, selection))) as object;
}

function resourceOf(scope: ProvisioningScope, user: ProvisionedUser, selection: Selection): ScimUser {
  const { key, profile, isActive, createdAt, modifiedAt } = user;
  const meta = { resourceType: 'User', created: createdAt, lastModified: modifiedAt, version: versionOf(user) };
  const resource = { ...profile, id: key, schemas: [USER.id], active: isActive, meta };
  return new ScimUser(resource, 'out', `${scope.base}/Users`, selection);
}

function ofUsers({ by, value }: ReturnType<typeof parseFilter>['lookups'][number]) {
  return by === 'displayName' ? [] : [{ by, value }];
}
