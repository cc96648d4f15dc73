/** All resolvers of the directory, by type. */
import { DateTime } from '@commonhold/kit/scalars.ts';
import { BreakGlass } from './break-glass.ts';
import { Company } from './company.ts';
import { Consent } from './consent.ts';
import { GroupRole } from './group-role.ts';
import { Mutation } from './mutation.ts';
import { PartnerContract } from './partner-contract.ts';
import { Person } from './person.ts';
import { Property } from './property.ts';
import { Query } from './query.ts';
import { RecoveryRequest } from './recovery.ts';
import { Residence } from './residence.ts';
import { ReviewCampaign, ReviewItem } from './review.ts';
import { RoleGrant } from './role-grant.ts';
import { Viewer } from './viewer.ts';

export const resolvers = {
  DateTime,
  Query,
  Mutation,
  Company,
  Viewer,
  GroupRole,
  Property,
  Residence,
  PartnerContract,
  Person,
  RoleGrant,
  RecoveryRequest,
  ReviewCampaign,
  ReviewItem,
  BreakGlass,
  Consent,
};
