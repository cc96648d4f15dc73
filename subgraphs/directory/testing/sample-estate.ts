/** For tests: a database of the directory with the sample estate, which is written once in a run. */
import { createEnvelope, type Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { DatabaseContent } from '@commonhold/test/databases.ts';
import { openDirectory } from '../database/open-directory.ts';
import { seedSampleEstate } from '../seed/write.ts';

const envelope = createEnvelope(new Uint8Array(32).fill(7));

/** @see {@link envelope} what its people are sealed by */
export const SAMPLE_ESTATE: DatabaseContent & { readonly envelope: Envelope } = {
  name: 'sample-estate',
  envelope,
  async write({ url, dataDirectory }) {
    const database = await openDirectory(url, dataDirectory);
    await seedSampleEstate(database, envelope, new Date());
    await database.destroy();
  },
};
