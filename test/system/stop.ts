/** Ends what `start.ts` started. */
export default async function stop(): Promise<void> {
  await globalThis.commonholdUnderTest?.broker.stop();
  await globalThis.commonholdUnderTest?.product.stop();
  await globalThis.commonholdUnderTest?.product.remove();
}
