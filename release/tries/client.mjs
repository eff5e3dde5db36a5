// A page's unit test, where rejoin-client is installed and nothing else.
import { createStream, RejoinError } from 'rejoin-client';
import { createFakeStream } from 'rejoin-client/testing';

const fake = createFakeStream();
const states = [];
fake.stream.subscribe(({ name }) => {
  if (states.at(-1) !== name) states.push(name);
});
fake.stream.start({ applicationIdentifier: 'a-1' });
fake.connect();
fake.lose({ why: 'silence' });
fake.heal();
const seen = states.join();
if (seen !== 'connecting,connected,reconnecting,connected') throw new Error(`the page saw ${seen}`);
if (typeof createStream !== 'function' || !(new RejoinError('x', {}) instanceof Error))
  throw new Error('no client');
console.log(`a fake stream was ${states.join(', ')}`);
