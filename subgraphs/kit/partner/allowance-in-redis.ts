/** The count of all replicas, in Redis and by its clock, so that those of the replicas don't matter. */
import { connectRedis } from '@commonhold/platform/redis.ts';
import { inTime } from '@commonhold/platform/replay/in-time.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { AgreedWindow } from './agreed-windows.ts';
import type { Allowance } from './allowance.ts';

/** Points that the script says are used, where there is one; with more than that the limiter refuses. */
const TAKEN = 1;
const USED_UP_BY_COMPANY = 2;
const USED_UP_BY_EVERYBODY = 3;

export function countInRedis(
  partner: string,
  windows: readonly AgreedWindow[],
  longest: number,
  address: ServerAddress,
): Allowance {
  const redis = connectRedis(address);
  // Braces keep all counts of a partner in one slot of a cluster.
  const keyPrefix = `commonhold:{partner:${partner}}`;
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    useRedisPackage: true,
    keyPrefix,
    points: TAKEN,
    duration: 1,
    customIncrTtlLuaScript: takeScript(windows, longest),
  });
  const release = releaseScript(windows, longest);
  return {
    take: async (company) => {
      try {
        const { msBeforeNext: takenAt } = await inTime(limiter.consume(company));
        return {
          kind: 'taken',
          release: () => {
            const moved = redis.eval(release, { keys: [`${keyPrefix}:${company}`], arguments: [String(takenAt)] });
            // What isn't told counts as if it had taken the longest time.
            moved.catch(() => undefined);
          },
        };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const of = refusal.consumedPoints === USED_UP_BY_EVERYBODY ? 'everybody' : 'company';
        return { kind: 'used-up', of, milliseconds: refusal.msBeforeNext };
      }
    },
    close: async () => redis.destroy(),
  };
}

/** What both begin with: the time, and how a request is counted as of a time. */
function preamble(windows: readonly AgreedWindow[], longest: number): string {
  const table = windows.map(
    ({ of, milliseconds, spanMilliseconds, spans, greatest }) =>
      `{ofCompany=${of === 'company'}, name='${milliseconds}', length=${spanMilliseconds}, spans=${spans}, greatest=${greatest}}`,
  );
  return `
local windows = {${table.join(', ')}}
local everybody = string.match(KEYS[1], '^.-}')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keyOf(window)
  return (window.ofCompany and KEYS[1] or everybody) .. ':' .. window.name
end
local function add(at, requests)
  for _, window in ipairs(windows) do
    local span = string.format('%.0f', math.floor(at / window.length))
    redis.call('HINCRBY', keyOf(window), span, requests)
    redis.call('PEXPIRE', keyOf(window), string.format('%.0f', window.spans * window.length + ${longest}))
  end
end
`;
}

/** Answers as the limiter expects it: points, and the milliseconds to wait, or when it was taken. */
function takeScript(windows: readonly AgreedWindow[], longest: number): string {
  return `${preamble(windows, longest)}
local waitOfEverybody = 0
local waitOfCompany = 0
for _, window in ipairs(windows) do
  local key = keyOf(window)
  local current = math.floor(now / window.length)
  local counted = 0
  local oldest = current
  local found = redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    local span = tonumber(found[i])
    local requests = tonumber(found[i + 1])
    if span <= current - window.spans or requests == 0 then
      redis.call('HDEL', key, found[i])
    else
      counted = counted + requests
      oldest = math.min(oldest, span)
    end
  end
  if counted >= window.greatest then
    local wait = math.ceil((oldest + window.spans) * window.length - now)
    if window.ofCompany then
      waitOfCompany = math.max(waitOfCompany, wait)
    else
      waitOfEverybody = math.max(waitOfEverybody, wait)
    end
  end
end
if waitOfEverybody > 0 then return {${USED_UP_BY_EVERYBODY}, waitOfEverybody} end
if waitOfCompany > 0 then return {${USED_UP_BY_COMPANY}, waitOfCompany} end
add(now + ${longest}, 1)
return {${TAKEN}, now}
`;
}

function releaseScript(windows: readonly AgreedWindow[], longest: number): string {
  return `${preamble(windows, longest)}
local latest = tonumber(ARGV[1]) + ${longest}
add(latest, -1)
add(math.min(now, latest), 1)
`;
}
