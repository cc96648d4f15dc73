/** The JSON Schema of a contract, for editors and for partners: `contract.schema.json`, checked in. */
import { z } from 'zod';
import { contractSchema } from './contract-schema.ts';

/**
 * The file as it should be. A contract names it in its first line, so that an editor completes and explains its members:
 *
 * @example
 * # yaml-language-server: $schema=../../kit/partner/contract.schema.json
 */
export function generateContractJsonSchema(): { readonly file: URL; readonly text: string } {
  const schema = { title: "A partner's contract", ...z.toJSONSchema(contractSchema, { io: 'input' }) };
  return {
    file: new URL('contract.schema.json', import.meta.url),
    text: `${JSON.stringify(schema, undefined, 2)}\n`,
  };
}
