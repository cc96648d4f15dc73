/** Whether somebody may log in or go on: known here, and to the directory neither unknown nor suspended. */
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { type Directory, DirectoryUnavailable } from './directory.ts';

/**
 * @param tenant key of the company of the person or service
 * @param loggedInAt when the login was that is to go on, in seconds since the epoch; undefined: there is none yet
 * @throws {CannotBeChecked} when the directory doesn't say
 */
export type IsActive = (tenant: string, subject: string, loggedInAt?: number) => Promise<boolean>;

/**
 * Whether the directory knows that somebody was removed for good, and who has their login name now is somebody else.
 *
 * @throws {CannotBeChecked} when the directory doesn't say
 */
export type IsRemoved = (tenant: string, subject: string) => Promise<boolean>;

/** Answered with 503: nobody gets anything unchecked. */
export class CannotBeChecked extends errors.OIDCProviderError {
  override readonly error_description = 'whether this account is active cannot be checked at the moment';

  constructor() {
    super(503, 'temporarily_unavailable');
    this.expose = true;
  }
}

const answer = z.object({ active: z.boolean(), removed: z.boolean().default(false) });

export function askDirectory(directory: Directory): { readonly isActive: IsActive; readonly isRemoved: IsRemoved } {
  const ask = async (tenant: string, subject: string, loggedInAt?: number): Promise<z.output<typeof answer>> => {
    try {
      return answer.parse(await directory.post('/active', { tenant, sub: subject }, { loggedInAt }));
    } catch (error) {
      if (error instanceof DirectoryUnavailable) throw new CannotBeChecked();
      throw error;
    }
  };
  return {
    isActive: async (tenant, subject, loggedInAt) => (await ask(tenant, subject, loggedInAt)).active,
    isRemoved: async (tenant, subject) => (await ask(tenant, subject)).removed,
  };
}
