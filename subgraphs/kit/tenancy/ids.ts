/** Ids are part of the contract between teams; see there. */
export * from '@commonhold/schema/ids.ts';
