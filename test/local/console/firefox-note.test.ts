import { expect, it } from 'vitest';
import { firefoxNote } from '../../../local/console/firefox-note.ts';

const WHY = 'No stream plays in Firefox here, because Firefox sends no media to 127.0.0.1';

it('the page tells a player in Firefox with which option to start, unless it was started with it', () => {
  expect(firefoxNote(undefined, ['127.0.0.1', '192.168.1.5', '10.0.0.2'])).toBe(
    `${WHY}: start with npm start -- --media-address 192.168.1.5, or use another browser.`,
  );
  expect(firefoxNote('192.168.1.5', ['127.0.0.1', '192.168.1.5'])).toBeUndefined();
});

it('the page tells a player in Firefox to use another browser where the machine has no other address', () => {
  expect(firefoxNote('127.0.0.1', ['127.0.0.1'])).toBe(
    `${WHY}, and this machine has no other address: use another browser.`,
  );
});
