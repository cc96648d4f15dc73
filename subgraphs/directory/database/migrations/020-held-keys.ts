/** Keys that outlive a rotation of the master key, sealed under it; of no company, and for the tables' owner alone. */
export { createHeldKeyTable as up } from '@commonhold/platform/secrets/held-keys.ts';
