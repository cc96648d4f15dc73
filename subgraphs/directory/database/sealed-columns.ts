/** All columns of companies that hold sealed texts, with what each is sealed for. */
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SealedColumn } from '@commonhold/platform/secrets/resealing.ts';
import { letterPlace } from '../records/letters.ts';
import { contractPlace } from '../records/partner-contracts.ts';
import { groupPlace } from '../records/provisioned-groups.ts';
import { profilePlace } from '../records/provisioned-users.ts';
import { type PersonalColumn, personPlace } from '../records/sealed-person.ts';
import { webhookPlace } from '../records/webhooks.ts';

const KEY = ['tenant', 'key'];

const PERSONAL: readonly PersonalColumn[] = ['name', 'email', 'phone'];

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...PERSONAL.map((column) => ({
    ...{ table: 'person', column: `sealed_${column}`, key: KEY },
    place: (tenant: unknown, key: unknown) => personPlace(column, tenantId(String(tenant)), String(key)),
  })),
  {
    ...{ table: 'letter', column: 'sealed', key: KEY },
    place: (tenant, key) => letterPlace(tenantId(String(tenant)), String(key)),
  },
  {
    ...{ table: 'provisioned_user', column: 'sealed_profile', key: KEY },
    place: (tenant, key) => profilePlace(tenantId(String(tenant)), String(key)),
  },
  {
    ...{ table: 'provisioned_group', column: 'sealed_profile', key: KEY },
    place: (tenant, key) => groupPlace(tenantId(String(tenant)), String(key)),
  },
  {
    ...{ table: 'partner_contract', column: 'sealed_document', key: KEY },
    place: (tenant, key) => contractPlace(tenantId(String(tenant)), String(key)),
  },
  ...['sealed_secret', 'sealed_previous_secret'].map((column) => ({
    ...{ table: 'webhook', column, key: KEY },
    place: (tenant: unknown, key: unknown) => webhookPlace(tenantId(String(tenant)), String(key)),
  })),
];
