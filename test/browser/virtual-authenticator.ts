/** A device with passkeys, as Chromium simulates it for one of its pages. */
import type { CDPSession, Page } from 'playwright-core';

export interface VirtualAuthenticator {
  readonly devtools: CDPSession;
  /** Chromium gives each page a device of its own: this lets another page have the same passkeys. */
  lendTo(other: Page): Promise<void>;
}

export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const { devtools, authenticatorId } = await addDevice(page);
  return {
    devtools,
    async lendTo(other) {
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      const device = await addDevice(other);
      for (const credential of credentials) {
        await device.devtools.send('WebAuthn.addCredential', { authenticatorId: device.authenticatorId, credential });
      }
    },
  };
}

async function addDevice(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { devtools, authenticatorId };
}
