/** Which residences a partner may process now. */
import type { ResidenceKey } from './ids.ts';

export interface Consents {
  /** Those of `residences` for which a consent is in force; batched and asked once a request. */
  inForce(residences: readonly ResidenceKey[]): Promise<ReadonlySet<ResidenceKey>>;
  /** All residences of the company for which a consent is in force. */
  all(): Promise<ReadonlySet<ResidenceKey>>;
}
