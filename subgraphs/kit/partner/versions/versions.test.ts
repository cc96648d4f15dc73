/** What decides about versions: the choice, the comparison, the count of failures, and what is said of an end. */
import { createLog } from '@commonhold/platform/log.ts';
import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { tenantId } from '../../tenancy/ids.ts';
import { testRequest } from '../../testing/request.ts';
import { parseContract } from '../contract.ts';
import type { CompanyRequest } from '../partner.ts';
import { CONTRACT } from '../tiny-partner.ts';
import { chooseVersion } from './choice.ts';
import { createComparison } from './comparison.ts';
import { differences } from './differences.ts';
import { createEndNotes } from './ends.ts';
import { createVersionMetrics } from './metrics.ts';
import { createTrials, type Trial, type Trials } from './trials.ts';

const NORTHGATE = tenantId('northgate');
const log = createLog('test', { LOG_LEVEL: 'silent' });

describe('the choice of a version', () => {
  const choose = (percent: number, request: number, shadow = 0) =>
    chooseVersion({ version: 'v1', canary: { version: 'v2', percent }, shadow }, NORTHGATE, `request-${request}`);
  const requests = Array.from({ length: 2_000 }, (_, index) => index);
  const share = (percent: number) => requests.filter((request) => choose(percent, request).isOnTrial).length / 2_000;

  it('is the same for all that one request asks', () => {
    for (const request of requests.slice(0, 50)) expect(choose(50, request)).toEqual(choose(50, request));
  });

  it('gives the version on trial the share that was agreed, and more of the same with more', () => {
    expect([share(0), share(100)]).toEqual([0, 1]);
    expect(Math.abs(share(20) - 0.2)).toBeLessThan(0.04);
    expect(requests.every((request) => !choose(10, request).isOnTrial || choose(20, request).isOnTrial)).toBe(true);
  });

  it('compares a share of its own, and nothing without a trial', () => {
    const compared = requests.filter((request) => choose(50, request, 30).isCompared);
    expect(Math.abs(compared.length / 2_000 - 0.3)).toBeLessThan(0.05);
    expect(new Set(compared.map((request) => choose(50, request, 30).isOnTrial)).size).toBe(2);
    const alone = { version: 'v1', canary: undefined, shadow: 0 };
    expect(chooseVersion(alone, NORTHGATE, 'request')).toEqual({ isOnTrial: false, isCompared: false });
  });
});

describe('a difference', () => {
  const record = {
    id: 'm-1',
    apiVersion: 'v1',
    readAt: '2026-03-31T23:59:59Z',
    end: null,
    watts: 0.1 + 0.2,
    box: 'a.b.c.d.e',
  };

  it('is none in how an answer is said', () => {
    const other = { id: 'm-1', apiVersion: 'v2', readAt: '2026-04-01T01:59:59+02:00', watts: 0.3, box: 'v.w.x.y.z' };
    expect(differences([record], [other])).toEqual([]);
  });

  it.each([
    [{ kind: 'heat' }, { kind: 'Ada Abel' }, 'kind'],
    [{ zones: [{ value: '1.000' }] }, { zones: [{ value: '1.0' }] }, 'zones[].value'],
    [{ zones: [1, 2] }, { zones: [1] }, 'zones'],
    [{ on: true }, {}, 'on'],
    [{ 'Ada Abel': 1 }, {}, '*'],
  ])('is told by its place and no value (%#)', (one, other, place) => {
    expect(differences([one, one], [other, other])).toEqual([`[].${place}`]);
  });
});

/** A trial of v2 for northgate. */
const ON_TRIAL = CONTRACT.replace(
  '  v1: { basePath: /v1 }',
  '  v1: { basePath: /v1 }\n  v2: { basePath: /v2 }',
).replace('northgate, version: v1', 'northgate, version: v1, canary: { version: v2, percent: 5 }');
const start = () => {
  const registry = new Registry();
  const contract = parseContract(ON_TRIAL, 'tiny/contract.yaml', { TINY_PORT: '15000' });
  const trials = createTrials(contract, createVersionMetrics(registry));
  const trial = trials.of(NORTHGATE);
  if (!trial) throw new Error('no trial');
  return { contract, trials, trial, registry };
};

describe('a trial', () => {
  const fail = (trial: Trial, times: number) => {
    for (let failed = 0; failed < times; failed += 1) trial.fail('PARTNER_UNAVAILABLE', log);
  };

  it('ends with the third failure among a hundred answers, and stays so', async () => {
    const { trial, registry } = start();
    fail(trial, 2);
    for (let passed = 0; passed < 100; passed += 1) trial.pass();
    fail(trial, 2);
    expect(trial.isOver()).toBe(false);
    fail(trial, 1);
    for (let passed = 0; passed < 200; passed += 1) trial.pass();
    expect(trial.isOver()).toBe(true);
    expect(await registry.metrics()).toContain(
      'partner_version_returned{partner="smart-home",company="northgate",version="v2"} 1',
    );
  });

  it('is only of a company that has one', () => {
    expect(start().trials.of(tenantId('riverside'))).toBeUndefined();
  });

  it('compares so much at once and no more, and stops with the partner', async () => {
    const { trials } = start();
    const work = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    expect(Array.from({ length: 6 }, () => trials.compare(work))).toEqual([true, true, true, true, false, false]);
    await trials.close();
    expect(trials.compare(work)).toBe(false);
  });
});

describe('a comparison', () => {
  const compare = async (answers: Readonly<Record<string, readonly unknown[]>>) => {
    const { contract, trials, trial } = start();
    const asked: { readonly version: string; readonly request: CompanyRequest }[] = [];
    const seen = new Map<string, number>();
    const request = { ...testRequest(NORTHGATE), requestId: 'request-1' };
    const closing = new AbortController();
    let compared: Promise<void> | undefined;
    const begin: Trials['compare'] = (work) => {
      compared = work(closing.signal);
      return true;
    };
    const comparison = createComparison<string>({
      ...{ partner: { contract, trials: { ...trials, compare: begin } }, request, own: 'v1', trial },
      speak: (version, as) => {
        asked.push({ version, request: as });
        return version;
      },
    });
    comparison('lamps', { version: 'v1', answer: ['lamp'] }, async (version) => {
      const at = seen.get(version) ?? 0;
      seen.set(version, at + 1);
      return answers[version]?.[at];
    });
    await compared;
    const { values } = await trials.metrics.comparisons.get();
    return { asked, own: request, outcomes: values.map(({ labels, value }) => [labels.outcome, value]) };
  };

  it('asks the other version in the background, as nobody waits for it, and once', async () => {
    const { asked, own, outcomes } = await compare({ v2: [['lamp']] });
    expect(asked.map(({ version }) => version)).toEqual(['v2']);
    expect(asked[0]?.request).toMatchObject({ requestId: 'request-1', isBackground: true, isRepeated: false });
    expect(asked[0]?.request.signal).not.toBe(own.signal);
    expect(outcomes).toEqual([['same', 1]]);
  });

  it('looks at both again before it says that they differ', async () => {
    const lamps = ['lamp', 'lantern'];
    expect((await compare({ v1: [lamps], v2: [lamps, lamps] })).outcomes).toEqual([['same', 1]]);
    expect((await compare({ v1: [['lamp']], v2: [lamps, lamps] })).outcomes).toEqual([['different', 1]]);
  });
});

describe('what a partner says of the end of a version', () => {
  const note = (agreed: string | undefined, answers: readonly { deprecation?: string; sunset?: string }[]) => {
    const registry = new Registry();
    const warned: object[] = [];
    const announced: object[] = [];
    const noteEnd = createEndNotes('communal', 'v1', agreed, createVersionMetrics(registry), (end) =>
      announced.push(end),
    );
    for (const { deprecation, sunset } of answers) {
      noteEnd({ deprecation, sunset }, { warn: (about: object) => void warned.push(about) });
    }
    return { warned, announced, metrics: registry.metrics() };
  };
  const SUNSET = 'Fri, 31 Dec 2027 23:59:59 GMT';

  it('is noticed once, and again when it changes', async () => {
    const told = { deprecation: '@1782864000', sunset: SUNSET };
    const { warned, announced, metrics } = note(undefined, [
      {},
      told,
      told,
      { ...told, sunset: 'Sun, 31 Jan 2027 00:00:00 GMT' },
    ]);
    expect(warned).toEqual([
      { partner: 'communal', version: 'v1', deprecatedSince: '2026-07-01', sunset: '2027-12-31' },
      { partner: 'communal', version: 'v1', deprecatedSince: '2026-07-01', sunset: '2027-01-31' },
    ]);
    expect(announced).toEqual(warned);
    expect(await metrics).toContain(
      'partner_version_deprecation_timestamp_seconds{partner="communal",version="v1"} 1782864000',
    );
  });

  it('does not put off what was agreed', async () => {
    const { metrics } = note('2027-06-30', [{ sunset: SUNSET }]);
    const end = Date.parse('2027-06-30T23:59:59Z') / 1_000;
    expect(await metrics).toContain(`partner_version_sunset_timestamp_seconds{partner="communal",version="v1"} ${end}`);
  });

  it('is left alone when nobody can read it', () => {
    expect(note(undefined, [{ deprecation: 'true', sunset: 'soon' }]).warned).toEqual([]);
  });
});
