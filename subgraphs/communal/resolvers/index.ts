/** All resolvers of the communal subgraph, by type. */
import { DateTime } from '@commonhold/kit/scalars.ts';
import { Meter } from './meter.ts';
import { Mutation } from './mutation.ts';
import { Outage } from './outage.ts';
import { Query } from './query.ts';
import { Residence } from './residence.ts';
import { ServiceRequest } from './service-request.ts';
import { UtilityAccount } from './utility-account.ts';

export const resolvers = { DateTime, Query, Mutation, Residence, UtilityAccount, Meter, ServiceRequest, Outage };
