/** The directory as the issuer asks and tells it: over mutual TLS, for one company at a time. */
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { openConnection } from '../../execution/connection.ts';

export interface Directory {
  /**
   * Posts `body` as JSON to a route of the directory.
   *
   * @param path such as `/ended`
   * @param claims of the token: `tenant`, and whatever else the route asks for
   * @returns what it answers, as parsed JSON; undefined when it answers nothing
   * @throws {DirectoryUnavailable} when it doesn't answer in time, or not with 200 or 204
   */
  post(path: string, claims: { readonly tenant: string; readonly sub?: string }, body?: object): Promise<unknown>;
  close(): Promise<void>;
}

/** Holds the status alone: an answer may hold data. */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';
  /** undefined: it didn't answer at all. */
  readonly status: number | undefined;

  constructor(status?: number) {
    super(status === undefined ? 'no answer' : `status ${status}`);
    this.status = status;
  }
}

const TIMEOUT_MILLISECONDS = 3_000;

/** @param origin such as `https://localhost:4201` */
export function connectDirectory(origin: string, identity: ServiceIdentity): Directory {
  const connection = openConnection({ identity, peer: 'directory' });
  return {
    post: async (path, claims, body = {}) => {
      const token = await mintServiceToken(identity, 'directory', claims);
      const answer = await connection
        .post(`${origin}${path}`, {
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        })
        .catch(() => {
          throw new DirectoryUnavailable();
        });
      if (answer.status === 204) return undefined;
      if (answer.status !== 200) throw new DirectoryUnavailable(answer.status);
      return JSON.parse(answer.bytes.toString());
    },
    close: () => connection.close(),
  };
}
