import { expect, test } from 'vitest';
import { noticeTimeMs } from '../../../lambdas/reliability/notice-time.ts';

const LOST = 1_800_000_000_000;

test('AWS took as long to notice a loss as its update came after the page saw the stream last', () => {
  expect(noticeTimeMs(LOST + 5200, LOST)).toBe(5200);
  expect(noticeTimeMs(LOST, LOST)).toBe(0);
});

test('a loss that seems noticed up to a second before it began was noticed at once: two clocks differ', () => {
  expect(noticeTimeMs(LOST - 1, LOST)).toBe(0);
  expect(noticeTimeMs(LOST - 1000, LOST)).toBe(0);
});

test('an update that does not belong to the loss says nothing, so that no deployer reads a wrong time to notice', () => {
  expect(noticeTimeMs(LOST - 1001, LOST)).toBeUndefined();
  expect(noticeTimeMs(LOST + 600_000, LOST)).toBe(600_000);
  expect(noticeTimeMs(LOST + 600_001, LOST)).toBeUndefined();
});
