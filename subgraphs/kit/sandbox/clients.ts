/** Who a sandbox partner knows: its clients, the company of each, and their public keys. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';

/** Strict, so that a private half that got here by mistake is refused. */
const publicKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  use: z.enum(['sig', 'enc']),
  alg: z.string(),
  x: z.string(),
  y: z.string(),
});

const clientsFile = z.object({
  clients: z.array(
    z.object({
      clientId: z.string().min(1),
      company: z.string().min(1),
      jwks: z.object({ keys: z.array(publicKey) }),
    }),
  ),
});

export type SandboxClient = z.output<typeof clientsFile>['clients'][number];

/** As the file has them now: it is looked at again and again. @throws {StartupError} when it is missing or broken. */
export async function followSandboxClients(
  dataDirectory: string,
  partner: string,
  secrets: Secrets,
): Promise<() => readonly SandboxClient[]> {
  const file = join(dataDirectory, `sandbox/${partner}/clients.json`);
  const read = async () => [{ value: await readFile(file, 'utf8').catch(() => ''), madeAt: new Date() }] as const;
  const text = await secrets.follow(`sandbox.${partner}.clients`, read);
  let clients = parse(partner, text?.current().value);
  text?.onChange(() => {
    clients = parse(partner, text.current().value);
  });
  return () => clients;
}

function parse(partner: string, text = ''): readonly SandboxClient[] {
  const name = `sandbox/${partner}/clients.json`;
  try {
    return clientsFile.parse(JSON.parse(text)).clients;
  } catch {
    throw new StartupError(
      `The file ${name} of the data folder is missing or broken`,
      'run development/prepare.ts, which makes the keys and the file',
    );
  }
}
