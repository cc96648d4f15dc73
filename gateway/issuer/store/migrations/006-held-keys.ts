/** Keys that outlive a rotation of the master key, sealed under it. */
export { createHeldKeyTable as up } from '@commonhold/platform/secrets/held-keys.ts';
