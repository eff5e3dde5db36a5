import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { barChart } from '../../bench/broker/bar-chart.ts';
import { median } from '../../bench/broker/median.ts';
import { coldStartArguments } from '../../bench/coldstart/arguments.ts';
import { throwawayCertificates } from '../../bench/coldstart/certificates.ts';
import { cgroupShare, dutyCycle } from '../../bench/coldstart/cpu-share.ts';
import { figuresOf, ratioTo, type WaitSamples } from '../../bench/coldstart/figures.ts';
import { handlerFiles } from '../../bench/coldstart/handlers.ts';
import { startHttpsEnd } from '../../bench/coldstart/https-end.ts';
import { coldStartReport } from '../../bench/coldstart/report.ts';

const SAMPLES = {
  ms: { empty: [1, 2, 9], rejoin: [22, 90, 21], plainBundle: [52, 51, 53], unbundled: [42, 41, 43] },
  firstCallMs: { rejoin: [100, 120, 110], plainBundle: [200, 300, 250], unbundled: [90, 80, 85] },
  bundleKB: 281.04,
  plainBundleKB: 600,
  waits: undefined,
};

const spent = (wallMs: number, cpuMs: number) => ({ wallMs, cpuMs });
const WAITS: WaitSamples = {
  means: 'a limit',
  memoryMb: 512,
  reconnect: {
    rejoin: [60, 50, 70].map((ms) => ({ init: spent(ms, 40), answer: spent(100 - ms, 10) })),
    earlier: [{ init: spent(40, 40), answer: spent(160, 50) }],
    plainBundle: [],
    unbundled: [],
  },
  paced: {
    rejoin: [{ init: spent(60, 40), answer: spent(30, 10) }],
    earlier: [{ init: spent(40, 40), answer: spent(110, 40) }],
  },
};

describe('the figures of cold starts', () => {
  it('are medians, so that one slow process does not change them', () => {
    expect(figuresOf(SAMPLES)).toEqual({
      emptyMs: 2,
      rejoinMs: 22,
      plainBundleMs: 52,
      unbundledMs: 42,
      rejoinFirstCallMs: 110,
      plainBundleFirstCallMs: 250,
      unbundledFirstCallMs: 85,
      bundleKB: 281,
    });
  });

  it('are compared without the import of an empty handler', () => {
    expect(ratioTo(figuresOf(SAMPLES), 'unbundledMs')).toBe(0.5);
    expect(ratioTo(figuresOf(SAMPLES), 'plainBundleMs')).toBe(0.4);
  });

  it('of what a player waits for are medians of the sum, not sums of medians', () => {
    const { waits } = figuresOf({ ...SAMPLES, waits: WAITS });
    expect(waits?.reconnect.rejoin).toEqual({
      initMs: 60,
      answerMs: 40,
      togetherMs: 100,
      initCpuMs: 40,
      answerCpuMs: 10,
    });
    // What was not measured is no row of zeros.
    expect(Object.keys(waits?.reconnect ?? {})).toEqual(['rejoin', 'earlier']);
  });

  it('are told as ratios to another commit, with how the process was held to its share', () => {
    const samples = { ...SAMPLES, waits: WAITS };
    const report = coldStartReport(figuresOf(samples), samples);
    expect(report).toContain('a reconnect takes 50 % of the time, and a ticket 60 %.');
    expect(report).toContain('takes 20 % of the CPU for a reconnect, and 25 % for a ticket.');
    expect(report).toContain('0.29 of a core, the share of 512 MB: a limit.');
    const alone = {
      ...WAITS,
      reconnect: { ...WAITS.reconnect, earlier: [] },
      paced: { ...WAITS.paced, earlier: [] },
    };
    expect(
      coldStartReport(figuresOf({ ...SAMPLES, waits: alone }), { ...SAMPLES, waits: alone }),
    ).not.toContain('other commit');
  });

  it('of an even number of processes are the mean of the two in the middle', () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });
});

describe('cold starts are measured', () => {
  it('forty times and drawn by default', () => {
    expect(coldStartArguments([])).toEqual({
      runs: 40,
      waits: 15,
      memoryMb: 512,
      json: false,
      svg: 'docs/coldstart.svg',
    });
  });

  it('without overwriting the documented chart with --json', () => {
    expect(coldStartArguments(['--json'])).toEqual({ runs: 40, waits: 15, memoryMb: 512, json: true });
  });

  it('beside another commit, at another memory', () => {
    expect(coldStartArguments(['--against', 'HEAD~1', '--memory', '1024', '--json'])).toMatchObject({
      against: 'HEAD~1',
      memoryMb: 1024,
    });
  });

  it.each([
    [['--runs', '0'], '--runs takes a whole number from 1 to 1000, not "0".'],
    [['--run', '3'], "Unknown option '--run'"],
    [['--memory', '64'], '--memory takes a whole number from 128 to 10240, not "64".'],
    [['--svg', 'a.png'], '--svg takes the path of a file that ends in .svg, not "a.png".'],
  ])('not with %j, and it is said what to write', (args, sentence) => {
    expect(() => coldStartArguments(args)).toThrow(sentence);
  });
});

describe('the baselines', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('contain what Rejoin’s bundle leaves out', () => {
    const files = handlerFiles(directory, directory);
    // The default credential chain reads files and the instance's metadata.
    expect(readFileSync(files.plainBundle, 'utf8')).toContain('169.254.169.254');
    expect(readFileSync(files.unbundled, 'utf8')).toContain('new GameLiftStreams(');
    expect(files.rejoin).toBe(join(directory, 'index.mjs'));
  });
});

describe('the https end', () => {
  it('passes bytes on to a client that trusts its authority, and to no other', async () => {
    const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const certificates = throwawayCertificates();
    const end = await startHttpsEnd(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      certificates,
    );
    const ask = (ca?: string) =>
      new Promise<string>((resolve, reject) => {
        const options = { agent: false as const, ...(ca === undefined ? {} : { ca }) };
        get(`${end.url}/table`, options, async (answer) => resolve((await answer.toArray()).join(''))).on(
          'error',
          reject,
        );
      });
    try {
      expect(await ask(certificates.ca)).toBe('you asked for /table');
      await expect(ask()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    } finally {
      await end.close();
      server.close();
    }
  });
});

describe('a share of a core', () => {
  it('is a limit of the kernel only where its files take one', () => {
    expect(cgroupShare(0.29, [])).toBeUndefined();
    const root = mkdtempSync(join(tmpdir(), 'rejoin-bench-test-'));
    const hierarchy = { means: 'm', root, prepare() {}, files: () => ({ 'cpu.max': '1 2' }) };
    // A folder like any other: it has no list of processes, and its groups no limit.
    expect(cgroupShare(0.29, [hierarchy])).toBeUndefined();
    writeFileSync(join(root, 'cgroup.procs'), '');
    expect(cgroupShare(0.29, [hierarchy])).toBeUndefined();
    expect(readdirSync(root)).toEqual(['cgroup.procs']);
    rmSync(root, { recursive: true });
  });

  it('is a duty cycle otherwise, in which the process gets on, and which leaves it running', async () => {
    const share = dutyCycle(0.3);
    expect(share.means).toContain('15 of every 50 ms');
    const child = spawn(process.execPath, [
      '-e',
      'process.stdin.on("data", (text) => process.stdout.write(text))',
    ]);
    share.limit(child.pid ?? 0);
    child.stdin.write('still here');
    const [answer] = await once(child.stdout, 'data');
    expect(String(answer)).toBe('still here');
    share.release(child.pid ?? 0);
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    // A process that has ended is nobody's any more.
    share.limit(child.pid ?? 0);
    share.close();
  });
});

describe('a bar chart', () => {
  it('draws each part as long as its value, one after another', () => {
    const part = (name: string, value: number) => ({ name, value });
    const picture = barChart(
      'Title',
      [
        { label: 'one', parts: [part('a', 30), part('b', 10)], text: '40' },
        { label: 'two', parts: [part('a', 20)], text: '20' },
      ],
      'note',
    );
    const widths = [
      ...picture.matchAll(/class="part(\d)" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="22"/g),
    ];
    expect(widths.map(([, name, width]) => [name, Number(width)])).toEqual([
      ['0', 279],
      ['1', 93],
      ['0', 186],
    ]);
  });
});
