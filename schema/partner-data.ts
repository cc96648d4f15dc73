/** Which partner may process which personal field, as a table for the permissions. */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { FieldPermission } from './permissions.ts';

/** What a partner's contract says about personal data. */
export interface PartnerData {
  readonly partner: string;
  readonly purpose: string;
  /** Fields of the graph, such as `MotionSensor.occupied`. */
  readonly fields: readonly string[];
}

/** Which record it is, and where it stands in a list, say nothing of a person. */
const KEYS = ['id', 'cursor'];

/** @throws {StartupError} when a contract names a field that isn't there, or isn't marked as personal */
export function renderPartnerData(permissions: readonly FieldPermission[], partners: readonly PartnerData[]): string {
  const personal = permissions
    .filter(({ isPersonalData, isValue, fieldName }) => isPersonalData && isValue && !KEYS.includes(fieldName))
    .map(({ typeName, fieldName }) => `${typeName}.${fieldName}`);
  for (const { partner, fields } of partners) {
    const unknown = fields.find((field) => !personal.includes(field));
    if (unknown !== undefined) {
      throw new StartupError(
        `The contract with ${partner} names ${unknown}, which is no personal field of the graph`,
        'correct it in `encryption.fields`, or give the field the policy personal-data',
      );
    }
  }
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '## Which partner may process which personal field\n',
    'From `encryption.fields` of the contracts: what a partner holds, and what travels encrypted for the company alone. Each may use',
    'it for its purpose, and of residences that have given their consent.\n',
    row(['partner', 'purpose']),
    row(['---', '---']),
    ...partners.map(({ partner, purpose }) => row([partner, purpose])),
    '',
    row(['field', ...partners.map(({ partner }) => partner)]),
    row(['---', ...partners.map(() => ':-:')]),
    ...personal.map((field) =>
      row([`\`${field}\``, ...partners.map(({ fields }) => (fields.includes(field) ? '●' : '·'))]),
    ),
    '',
  ].join('\n');
}
