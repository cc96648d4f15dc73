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
import * as accessVersion from './migrations/009-access-version.ts';
import * as notices from './migrations/010-notices.ts';
import * as accessChanges from './migrations/011-access-changes.ts';
import * as recovery from './migrations/012-recovery.ts';
import * as provisioning from './migrations/013-provisioning.ts';
import * as provisioningGroups from './migrations/013-provisioning-groups.ts';
import * as breakGlass from './migrations/014-break-glass.ts';
import * as assignments from './migrations/015-assignments.ts';
import * as briefing from './migrations/016-briefing.ts';
import * as reviews from './migrations/017-reviews.ts';
import * as recurringWork from './migrations/018-recurring-work.ts';
import * as noticeDelivery from './migrations/019-notice-delivery.ts';
import * as heldKeys from './migrations/020-held-keys.ts';
import * as partnerContracts from './migrations/021-partner-contracts.ts';
import * as identityProviders from './migrations/023-identity-providers.ts';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-tenant-role': tenantRole,
  '002-estate': estate,
  '003-people': people,
  '004-grants': grants,
  '005-consents': consents,
  '006-seeds': seeds,
  '007-consents-newest-first': consentsNewestFirst,
  '008-grant-life': grantLife,
  '009-access-version': accessVersion,
  '010-notices': notices,
  '011-access-changes': accessChanges,
  '012-recovery': recovery,
  '013-provisioning': provisioning,
  '013-provisioning-groups': provisioningGroups,
  '014-break-glass': breakGlass,
  '015-assignments': assignments,
  '016-briefing': briefing,
  '023-identity-providers': identityProviders,
  '017-reviews': reviews,
  '018-recurring-work': recurringWork,
  '019-notice-delivery': noticeDelivery,
  '020-held-keys': heldKeys,
  '021-partner-contracts': partnerContracts,
};
