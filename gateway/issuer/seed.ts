/** Development only: the accounts and services of the sample estate. */
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { ServiceClient } from './protocol/clients.ts';
import type { Accounts } from './store/accounts.ts';

/** Adds what is missing. @returns the services that may ask for tokens */
export async function seedDevelopment(
  accounts: Accounts,
  masterKey: MasterKey,
  environment: NodeJS.ProcessEnv,
  data: string,
): Promise<readonly ServiceClient[]> {
  const { COLLEAGUES, NEWCOMERS, PERSONAS, personaPassword, personaTotpSecret, SAMPLE_SERVICES } = await import(
    '@commonhold/development/personas.ts'
  );
  const { loadPersonaKey } = await import('@commonhold/development/persona-key.ts');
  const { ensureServiceKey } = await import('@commonhold/development/service-keys.ts');
  const personaKey = await loadPersonaKey(environment);
  const withFactor = [...PERSONAS, ...COLLEAGUES].map((persona) => ({
    ...persona,
    totpSecret: personaTotpSecret(personaKey, persona.email),
  }));
  const withoutFactor = NEWCOMERS.map((newcomer) => ({ ...newcomer, totpSecret: undefined }));
  await Promise.all(
    [...withFactor, ...withoutFactor].map(({ subject, email, company, totpSecret }) =>
      accounts.add({
        subject,
        loginName: email,
        tenant: company,
        password: personaPassword(personaKey, email),
        totpSecret,
        isSeeded: true,
      }),
    ),
  );
  return Promise.all(
    SAMPLE_SERVICES.map(async ({ clientId, company }) => ({
      clientId,
      tenant: company,
      key: await ensureServiceKey(data, masterKey, clientId),
    })),
  );
}
