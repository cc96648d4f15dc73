/** Asks the sandbox partners of the system under test what they were asked. */
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { Agent, request } from 'undici';
import { system } from './description.ts';

export interface SandboxCall {
  readonly operation: string;
  readonly company?: string;
  /** Every text in the call's path, query and body. */
  readonly asked: readonly string[];
}

const PORT_OFFSETS = { 'smart-home': 302, communal: 303 } as const;

/** The calls that the partner got with this request id. */
export async function sandboxCalls(
  partner: keyof typeof PORT_OFFSETS,
  requestId: string,
): Promise<readonly SandboxCall[]> {
  const { environment } = system();
  const masterKey = await loadMasterKey({ ...process.env, ...environment });
  const identity = await loadIdentity(partner, `${environment.DATA_DIR}/tls`, masterKey);
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });
  try {
    const url = new URL(`https://localhost:${Number(environment.PORT_BASE) + PORT_OFFSETS[partner]}/sandbox/calls`);
    url.searchParams.set('requestId', requestId);
    const { body } = await request(url, { dispatcher });
    return (await body.json()) as readonly SandboxCall[];
  } finally {
    await dispatcher.close();
  }
}
