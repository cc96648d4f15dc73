/** As extensions of Keycloak write them: its own id as external id, whole people by PUT, and DELETE at the end. */
import { CORE_GROUP, CORE_USER, patchOf, type Step } from './step.ts';

const person = {
  schemas: [CORE_USER],
  externalId: '{external}',
  userName: '{name}',
  name: { formatted: 'Given Family', givenName: 'Given', familyName: 'Family' },
  displayName: 'Given Family',
  emails: [{ value: '{name}@northgate.example', type: 'work', primary: true }],
  roles: [{ value: 'default-roles-operator', display: 'default-roles-operator', primary: false }],
};

export const KEYCLOAK: readonly Step[] = [
  {
    name: 'reads what the endpoint can do',
    method: 'GET',
    path: '/ServiceProviderConfig',
    status: 200,
    holds: { patch: { supported: true }, bulk: { supported: false } },
  },
  {
    name: 'looks for the person by user name or mail address',
    method: 'GET',
    path: '/Users?filter=userName%20eq%20%22{name}%22%20or%20emails.value%20eq%20%22{name}@northgate.example%22',
    status: 200,
    holds: { totalResults: 0 },
  },
  {
    name: 'puts the person in',
    method: 'POST',
    path: '/Users',
    body: { ...person, active: true },
    status: 201,
    holds: { externalId: '{external}', userName: '{name}', active: true },
    keepId: 'user',
  },
  {
    name: 'writes the person anew, taken out',
    method: 'PUT',
    path: '/Users/{user}',
    body: { ...person, id: '{user}', meta: { resourceType: 'User', location: '/Users/{user}' }, active: false },
    status: 200,
    holds: { active: false },
  },
  {
    name: 'lets the person in again, by the attribute’s full name',
    method: 'PATCH',
    path: '/Users/{user}',
    body: patchOf({ op: 'replace', path: `${CORE_USER}:active`, value: true }),
    status: 200,
    holds: { active: true },
  },
  {
    name: 'takes the person out by a list with one value',
    method: 'PATCH',
    path: '/Users/{user}',
    body: patchOf({ op: 'replace', path: 'active', value: ['false'] }),
    status: 200,
    holds: { active: false },
  },
  {
    name: 'puts a group in, with its members',
    method: 'POST',
    path: '/Groups',
    body: { schemas: [CORE_GROUP], externalId: '{nobody}', displayName: '{name}', members: [{ value: '{user}' }] },
    status: 201,
    holds: { externalId: '{nobody}', members: [{ value: '{user}', type: 'User' }] },
    keepId: 'group',
  },
  {
    name: 'writes the group anew, without members',
    method: 'PUT',
    path: '/Groups/{group}',
    body: { schemas: [CORE_GROUP], id: '{group}', externalId: '{nobody}', displayName: '{name}', members: [] },
    status: 200,
    holds: { displayName: '{name}' },
  },
  { name: 'removes the group', method: 'DELETE', path: '/Groups/{group}', status: 204 },
  { name: 'removes the person', method: 'DELETE', path: '/Users/{user}', status: 204 },
  { name: 'is told that the person has gone', method: 'DELETE', path: '/Users/{user}', status: 404 },
];
