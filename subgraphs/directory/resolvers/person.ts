import type { PersonResolvers } from '../generated/resolvers.ts';
import type { PersonParent } from '../parents.ts';
import { openColumn } from '../records/sealed-person.ts';
import type { EntityResolvers } from './entity-resolver.ts';

/** Each personal column is opened when it is asked for, and not before. */
export const Person: EntityResolvers<PersonResolvers, PersonParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.person.load(id),

  name: (person, _, { envelope }) => openColumn(envelope, person, 'name', person.sealedName),

  email: (person, _, { envelope }) =>
    person.sealedEmail === null ? null : openColumn(envelope, person, 'email', person.sealedEmail),

  phone: (person, _, { envelope }) =>
    person.sealedPhone === null ? null : openColumn(envelope, person, 'phone', person.sealedPhone),
};
