/** Asks the sandbox partners what they were asked, and lets them misbehave. */
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { Agent, request } from 'undici';
import { system } from './description.ts';
import type { TestEnvironment } from './product.ts';

export interface SandboxCall {
  readonly operation: string;
  readonly company?: string;
  /** Every text in the call's path, query and body. */
  readonly asked: readonly string[];
}

const PORT_OFFSETS = { 'smart-home': 302, communal: 303 } as const;

export type SandboxName = keyof typeof PORT_OFFSETS;

export interface SandboxConnection {
  /** The calls that the partner got with this request id. */
  calls(requestId: string): Promise<readonly SandboxCall[]>;
  /** Misbehaves as `subgraphs/kit/sandbox/faults.ts` names it, by operation; `{}`: not any more. */
  misbehave(faults: Readonly<Record<string, object>>): Promise<void>;
  /** Lets something happen there, as the `sandbox/changes.ts` of its subgraph has it. */
  happen(wanted: object): Promise<void>;
  /** The access tokens that are in force there. */
  tokens(): Promise<readonly string[]>;
  /** The answer to a question of the partner's API, such as `/v1/devices/query`, as it goes over the wire. */
  wire(path: string, question: object, token: string): Promise<string>;
  close(): Promise<void>;
}

/** By the identity of the partner's subgraph, for many questions; close it after the test. */
export async function connectToSandbox(
  partner: SandboxName,
  environment: TestEnvironment = system().environment,
): Promise<SandboxConnection> {
  const masterKey = await loadMasterKey({ ...process.env, ...environment });
  const identity = await loadIdentity(partner, `${environment.DATA_DIR}/tls`, masterKey);
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });
  const origin = `https://localhost:${Number(environment.PORT_BASE) + PORT_OFFSETS[partner]}`;
  const read = async (path: string): Promise<unknown> => (await request(origin + path, { dispatcher })).body.json();
  const send = async (method: 'PUT' | 'POST', path: string, content: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const { statusCode, body } = await request(origin + path, {
      ...{ dispatcher, method, headers },
      body: JSON.stringify(content),
    });
    if (statusCode !== 204) throw new Error(await body.text());
  };
  return {
    calls: async (requestId) =>
      (await read(`/sandbox/calls?${new URLSearchParams({ requestId })}`)) as readonly SandboxCall[],
    misbehave: (faults) => send('PUT', '/sandbox/faults', faults),
    happen: (wanted) => send('POST', '/sandbox/changes', wanted),
    tokens: async () => (await read('/sandbox/tokens')) as readonly string[],
    wire: async (path, question, token) => {
      const { body } = await request(origin + path, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(question),
      });
      return body.text();
    },
    close: () => dispatcher.close(),
  };
}

/** The calls that the partner got with this request id. */
export async function sandboxCalls(partner: SandboxName, requestId: string): Promise<readonly SandboxCall[]> {
  const connection = await connectToSandbox(partner);
  try {
    return await connection.calls(requestId);
  } finally {
    await connection.close();
  }
}
