export { createKeyedHash, type KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
