/** Changes as all versions of the partner's API list them. */
import { z } from 'zod';

/** The events as they are: they are understood, or kept, as those of webhooks. */
export const changePage = z.object({
  items: z.array(z.object({ id: z.string().min(1).max(255), companyId: z.string(), event: z.unknown() })),
  cursor: z.string(),
  more: z.boolean(),
});
