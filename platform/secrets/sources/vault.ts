/**
 * HashiCorp Vault or OpenBao: the key/value engine, version 2, one path for each secret with its value in the field
 * `value`. The newest version is the current generation, the version before it the previous one.
 *
 * The token is renewed before it ends. With an AppRole, another login is made when the token isn't taken any more.
 */
import vault from 'node-vault';
import { z } from 'zod';
import { StartupError } from '../../startup-error.ts';
import {
  checkedName,
  GREATEST_SECRET_BYTES,
  type SecretGeneration,
  type SecretName,
  type SecretSource,
} from '../secret-source.ts';
import { createVaultTransport } from './vault-transport.ts';

export interface VaultOptions {
  /** Such as `https://vault.example/v1/secret/data/commonhold`. */
  readonly address: URL;
  /** Read anew for each login, so that they can be changed. */
  readonly login: VaultLogin;
  /** PEM; undefined: the authorities that the machine trusts. */
  readonly authority: string | undefined;
  readonly timeoutMilliseconds?: number;
}

export type VaultLogin =
  | { readonly method: 'token'; readonly token: () => Promise<string> }
  | { readonly method: 'approle'; readonly roleId: string; readonly secretId: () => Promise<string> };

const TIMEOUT_MILLISECONDS = 3_000;

const version = z.object({
  data: z.object({
    data: z.looseObject({ value: z.string().min(1).max(GREATEST_SECRET_BYTES) }),
    metadata: z.looseObject({
      version: z.number().int().positive(),
      created_time: z.string().transform((text) => new Date(text)),
    }),
  }),
});
type Version = z.output<typeof version>['data'];
const lifetime = z.object({ ttl: z.number().nonnegative(), renewable: z.boolean().default(false) });

/** @throws {StartupError} when Vault doesn't answer, or doesn't take the login */
export async function openVault(options: VaultOptions): Promise<SecretSource> {
  const { address, login, authority, timeoutMilliseconds = TIMEOUT_MILLISECONDS } = options;
  const [, apiVersion = 'v1', ...segments] = address.pathname.replace(/\/$/, '').split('/');
  const transport = createVaultTransport(timeoutMilliseconds, authority);
  const client = vault({
    endpoint: address.origin,
    apiVersion,
    debug: () => undefined,
    'request-promise': transport.requests,
  });
  // It is an EventEmitter; a renewal that fails is found out by the next read.
  client.on('token:error:renew', () => undefined);

  const enter = async (): Promise<void> => {
    client.stopTokenRenewal();
    if (login.method === 'approle') {
      await client.approleLogin({ role_id: login.roleId, secret_id: await login.secretId() });
    } else {
      client.token = await login.token();
    }
    const { data } = await client.tokenLookupSelf();
    const { ttl, renewable } = lifetime.parse(data);
    if (renewable && ttl > 0) await client.startTokenRenewal({ ttl });
  };

  const readVersion = async (name: SecretName, which?: number): Promise<Version | undefined> => {
    const path = [...segments, checkedName(name)].join('/');
    try {
      return version.parse(await client.read(which === undefined ? path : `${path}?version=${which}`)).data;
    } catch (error) {
      // Also what a version that was deleted answers with.
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };

  const read = async (name: SecretName) => {
    const current = await readVersion(name);
    if (!current) return undefined;
    const before = current.metadata.version - 1;
    const previous = before > 0 ? await readVersion(name, before) : undefined;
    return previous ? ([generationOf(current), generationOf(previous)] as const) : ([generationOf(current)] as const);
  };

  await enter().catch((error: unknown) => {
    transport.close();
    throw unreadable(error, 'the login');
  });
  return {
    read: async (name) => {
      try {
        return await read(name).catch(async (error: unknown) => {
          if (statusOf(error) !== 403) throw error;
          await enter();
          return read(name);
        });
      } catch (error) {
        throw unreadable(error, `the secret ${name}`);
      }
    },
    close: () => {
      client.stopTokenRenewal();
      transport.close();
    },
  };
}

function generationOf({ data, metadata }: Version): SecretGeneration {
  return { value: data.value, madeAt: metadata.created_time };
}

function statusOf(error: unknown): number | undefined {
  const answered = z.object({ response: z.object({ statusCode: z.number() }) }).safeParse(error);
  return answered.success ? answered.data.response.statusCode : undefined;
}

/** Never with Vault's own words, which may hold what was sent. */
function unreadable(error: unknown, what: string): StartupError {
  if (error instanceof StartupError) return error;
  const status = statusOf(error);
  if (status === 403) {
    return new StartupError(`Vault refuses ${what}`, 'give the token or the role a policy that lets it read that path');
  }
  if (status === 503) return new StartupError(`Vault is sealed, asked for ${what}`, 'unseal it');
  if (status !== undefined) {
    return new StartupError(`Vault answers ${status}, asked for ${what}`, 'correct the address in SECRETS');
  }
  if (error instanceof z.ZodError) {
    return new StartupError(
      `Vault's answer has another form, asked for ${what}`,
      'keep it in the field `value` of KV v2',
    );
  }
  return new StartupError(`Vault doesn't answer, asked for ${what}`, 'start it, or correct the address in SECRETS');
}
