/** What a process with a public door counts is read at another one, over mutual TLS, by processes of ours alone. */
import type { ServiceIdentity } from './identity.ts';
import { openServicesDoor, type ServicesDoor } from './services-door.ts';

export interface MetricsDoorOptions {
  /** What the door shows; it opens to certificates of its authority. */
  readonly identity: ServiceIdentity;
  readonly host: string;
  readonly port: number;
  /** In Prometheus' text format. */
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
}

/** `GET /metrics`, and nothing else is there. @throws {StartupError} when the port can't be had */
export async function openMetricsDoor({ identity, host, port, metrics }: MetricsDoorOptions): Promise<ServicesDoor> {
  return openServicesDoor({
    identity,
    host,
    port,
    answer: ({ url, method }, response) => {
      if (url !== '/metrics' || method !== 'GET') return response.writeHead(404).end();
      return metrics.render().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    },
  });
}
