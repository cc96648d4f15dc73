/** All resolvers of the directory, by type. */
import { DateTime } from '@commonhold/kit/scalars.ts';
import { Company } from './company.ts';
import { Consent } from './consent.ts';
import { Mutation } from './mutation.ts';
import { Person } from './person.ts';
import { Property } from './property.ts';
import { Query } from './query.ts';
import { Residence } from './residence.ts';
import { RoleGrant } from './role-grant.ts';
import { Viewer } from './viewer.ts';

export const resolvers = {
  DateTime,
  Query,
  Mutation,
  Company,
  Viewer,
  Property,
  Residence,
  Person,
  RoleGrant,
  Consent,
};
