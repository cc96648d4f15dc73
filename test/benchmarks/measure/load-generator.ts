/** One run of autocannon, as its parent asks for it. */
import { once } from 'node:events';
import autocannon from 'autocannon';

const [options] = await once(process, 'message');
const { '2xx': answered, non2xx, errors, timeouts, requests, latency, duration } = await autocannon(options);
process.send?.(
  {
    answered,
    failed: non2xx + errors + timeouts,
    requestsPerSecond: requests.total / duration,
    p50Milliseconds: latency.p50,
    p99Milliseconds: latency.p99,
  },
  () => process.exit(),
);
