import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createPublisher } from './publisher.ts';

describe('the stream of a follower', () => {
  it('ends in order when all are cut off, also while more is told', async () => {
    const publisher = createPublisher(5);
    publisher.beat(performance.now());
    const stream = publisher.open('changes');
    publisher.cut();
    publisher.publish('northgate', 1, { kind: 'everything' });
    publisher.beat(performance.now());
    expect(await text(stream)).toMatch(/^{"kind":"hello".*}\n$/);
  });
});
