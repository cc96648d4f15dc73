/** What a browser answers in a ceremony (WebAuthn, section 5.1, `toJSON`), of which only what is looked at is taken. */
import { z } from 'zod';

export type Transport = z.output<typeof transport>;

const base64url = z
  .string()
  .regex(/^[\w-]+$/)
  .max(6000);

const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  // We ask for no extension.
  clientExtensionResults: z.object({}).default({}),
};

const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    /** A discoverable credential always says whose it is. */
    userHandle: base64url,
  }),
});

export const transport = z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);

const attestation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(transport).max(transport.options.length).catch([]).default([]),
  }),
});

/** @returns undefined when it isn't one */
export function parseAssertion(text: string): z.output<typeof assertion> | undefined {
  return assertion.safeParse(parseJson(text)).data;
}

/** @returns undefined when it isn't one */
export function parseAttestation(text: string): z.output<typeof attestation> | undefined {
  return attestation.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
