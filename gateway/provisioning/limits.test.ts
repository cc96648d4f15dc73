import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type Caller, createProvisioningLimits, type ProvisioningLimits } from './limits.ts';

describe('the limits of provisioning', () => {
  const rates = { perCompany: 5, strangersPerAddress: 3 };
  const address = '192.0.2.1';
  const stranger = (from = address): Caller => ({ company: 'northgate', token: randomUUID(), address: from });

  /** @returns whether it was let through */
  async function ask(limits: ProvisioningLimits, caller: Caller, isValid: boolean): Promise<boolean> {
    const admission = await limits.admit(caller);
    if (admission.kind === 'refused') {
      expect(admission.secondsToWait).toBeGreaterThan(0);
      return false;
    }
    await limits.found(caller, admission, isValid);
    return true;
  }

  it('hold a company to its share, and leave others theirs', async () => {
    const limits = createProvisioningLimits(rates);
    const one = { company: 'northgate', token: 'n', address };
    const other = { company: 'riverside', token: 'r', address };
    for (let at = 0; at < 5; at += 1) expect(await ask(limits, one, true)).toBe(true);
    expect(await ask(limits, one, true)).toBe(false);
    expect(await ask(limits, other, true)).toBe(true);
  });

  it('let no stranger use up a company’s share, nor lock out the token that was valid', async () => {
    const limits = createProvisioningLimits(rates);
    const own = { company: 'northgate', token: 'n', address };
    await ask(limits, own, true);
    for (let at = 0; at < 3; at += 1) expect(await ask(limits, stranger(), false)).toBe(true);
    expect(await ask(limits, stranger(), false)).toBe(false);
    expect(await ask(limits, own, true)).toBe(true);
    expect(await ask(limits, stranger('192.0.2.2'), false)).toBe(true);
  });

  it('let no more strangers through that come at once, also while nobody knows yet that they are', async () => {
    const limits = createProvisioningLimits(rates);
    const admissions = await Promise.all(Array.from({ length: 50 }, () => limits.admit(stranger())));
    expect(admissions.filter(({ kind }) => kind === 'admitted')).toHaveLength(3);
  });

  it('count a token that is not valid any more as a stranger’s', async () => {
    const limits = createProvisioningLimits(rates);
    const own = { company: 'northgate', token: 'n', address };
    await ask(limits, own, true);
    for (let at = 0; at < 3; at += 1) expect(await ask(limits, own, false)).toBe(true);
    expect(await ask(limits, own, true)).toBe(false);
  });
});
