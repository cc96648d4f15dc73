/**
 * Somebody's mail address is another one by now, and what sets up a new login goes there. They are told, at the one before,
 * too: whoever changed it to take their account over reads what goes to the new one.
 */
import { ROLES } from '@commonhold/schema/policy.ts';
import { readAccess } from './access.ts';
import { postLetter } from './letters.ts';
import { notify } from './notices.ts';
import type { UserRecords } from './provisioned-users.ts';

const DAYS = 7;

const TEXT = [
  'Hello,',
  '',
  "your company's identity provider named another mail address for you: what Commonhold writes to you goes there from now on.",
  'If it was not meant so, tell your security officer at once.',
  '',
].join('\n');

/** @param formerly the address before; null: there was none */
export async function tellOfOtherAddress(
  { transaction, tenant, envelope }: Pick<UserRecords, 'transaction' | 'tenant' | 'envelope'>,
  person: string,
  formerly: string | null,
): Promise<void> {
  await notify(transaction, tenant, { kind: 'ADDRESS_CHANGED', to: person, about: {} });
  if (formerly !== null) {
    const until = new Date(Date.now() + DAYS * 24 * 60 * 60 * 1000);
    const letter = { address: formerly, subject: 'Commonhold: your mail address', text: TEXT, until };
    await postLetter(transaction, tenant, envelope, letter);
  }
  const { grants } = await readAccess(transaction, person);
  if (!grants.some(({ role }) => ROLES[role].needsApproval)) return;
  await notify(transaction, tenant, {
    kind: 'ADDRESS_CHANGED',
    to: { roles: ['SECURITY_OFFICER', 'COMPANY_ADMIN'] },
    about: { person },
  });
}
