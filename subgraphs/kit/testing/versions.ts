/** For tests: which version serves a company, changed while everything runs. */
import type { Contract } from '../partner/contract.ts';

export interface ServingForTests {
  /** What the contract says about companies, as it is now. */
  readonly companies: Contract['companies'];
  /** A version by contract, with no trial under way. */
  by(company: string, version: string): void;
  /** v2 is tried with this share of requests, and of so many the answers are compared. */
  tryV2(company: string, percent: number, shadow?: number): void;
}

/** Both companies on v1, and v2 on trial with no request. */
export function createServing(): ServingForTests {
  const first = (company: string) => ({
    clientId: `commonhold-${company}`,
    version: 'v1',
    canary: { version: 'v2', percent: 0 },
    shadow: 0,
  });
  const companies: Record<string, ReturnType<typeof first>> = {
    northgate: first('northgate'),
    riverside: first('riverside'),
  };
  return {
    companies,
    by: (company, version) => {
      companies[company] = { ...first(company), version };
    },
    tryV2: (company, percent, shadow = 0) => {
      companies[company] = { ...first(company), canary: { version: 'v2', percent }, shadow };
    },
  };
}

/** Every field that comes from the partner: what is subscribed to is read by the fields of its type. */
export function fieldsOf(sdl: string): readonly string[] {
  const types = [...sdl.replaceAll(/"""[\s\S]*?"""|"[^"\n]*"/g, '').matchAll(/^type (\w+)[^{]*\{([\s\S]*?)^\}/gm)];
  const asked = types.filter(([, type]) => type !== 'Subscription');
  return asked.flatMap(([, type = '', body = '']) =>
    [...body.replaceAll(/\([^)]*\)/g, '').matchAll(/^ {2}(\w+)[^\n]*$/gm)]
      .filter(([line]) => !line.includes('@external'))
      .map(([, field = '']) => `${type}.${field}`),
  );
}
