/** Which version serves a request, and whether its answers are compared with those of another. */
import { createHash } from 'node:crypto';
import type { TenantId } from '../../tenancy/ids.ts';
import type { Serving } from './agreed.ts';

export interface Choice {
  /** Served by the version on trial. */
  readonly isOnTrial: boolean;
  readonly isCompared: boolean;
}

/** The same for all that is asked in one request, in whichever process: by a hash of company and request. */
export function chooseVersion({ canary, shadow }: Serving, company: TenantId, requestId: string): Choice {
  const place = (purpose: string): number => {
    const hash = createHash('sha256')
      .update(JSON.stringify([purpose, company, requestId]))
      .digest();
    return hash.readUInt32BE(0) % 100;
  };
  return {
    isOnTrial: canary !== undefined && place('canary') < canary.percent,
    isCompared: canary !== undefined && place('shadow') < shadow,
  };
}
