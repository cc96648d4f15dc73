/**
 * An authenticator app that is being set up on a page without a login of its own. Its secret stands in the page's form,
 * sealed for that page and for a while, so that nothing has to be kept until the first code confirms it.
 */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import QRCode from 'qrcode';
import { z } from 'zod';
import { createTotpSecret, describeTotpSecret, totpStep } from './totp.ts';

/** What a page shows. */
export interface AppToSetUp {
  /** An SVG image of the `otpauth:` address. */
  readonly qrCode: string;
  /** The same for typing, in base32. */
  readonly secret: string;
  /** What its form sends back. */
  readonly sealed: string;
}

export interface ConfirmedApp {
  readonly secret: Uint8Array;
  /** That of the code which confirmed it. */
  readonly step: number;
}

export interface NewApps {
  /** @param place of the page, such as `invitation:<token>` @param label what the app shows beside the code */
  begin(place: string, label: string): Promise<AppToSetUp>;
  /** @returns undefined when the code isn't one of it, or the form isn't of this page, or too old */
  confirm(place: string, sealed: string, code: string): Promise<ConfirmedApp | undefined>;
}

const SECONDS = 30 * 60;

const content = z.object({ secret: z.string(), until: z.number() });

export function createNewApps(envelope: Envelope): NewApps {
  return {
    async begin(place, label) {
      const secret = createTotpSecret();
      const { address, key } = describeTotpSecret(secret, label);
      const until = Date.now() + SECONDS * 1000;
      const text = JSON.stringify({ secret: Buffer.from(secret).toString('base64url'), until });
      return {
        qrCode: await QRCode.toString(address, { type: 'svg', margin: 2 }),
        secret: key,
        sealed: await envelope.seal(text, `new-app:${place}`),
      };
    },

    async confirm(place, sealed, code) {
      const text = await envelope.open(sealed, `new-app:${place}`).catch(() => undefined);
      if (text === undefined) return undefined;
      const { secret, until } = content.parse(JSON.parse(text));
      if (until <= Date.now()) return undefined;
      const bytes = Buffer.from(secret, 'base64url');
      const step = totpStep(bytes, code);
      return step === undefined ? undefined : { secret: bytes, step };
    },
  };
}
