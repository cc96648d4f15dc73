/** All migrations, by name. One that was released is never changed; a new one follows. */
import type { Migration } from 'kysely/migration';
import * as tenantRole from './migrations/001-tenant-role.ts';
import * as estate from './migrations/002-estate.ts';
import * as people from './migrations/003-people.ts';
import * as grants from './migrations/004-grants.ts';
import * as consents from './migrations/005-consents.ts';
import * as seeds from './migrations/006-seeds.ts';
import * as consentsNewestFirst from './migrations/007-consents-newest-first.ts';
import * as grantLife from './migrations/008-grant-life.ts';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-tenant-role': tenantRole,
  '002-estate': estate,
  '003-people': people,
  '004-grants': grants,
  '005-consents': consents,
  '006-seeds': seeds,
  '007-consents-newest-first': consentsNewestFirst,
  '008-grant-life': grantLife,
};
