import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { webSdkPlugins } from '../../local/console/web-sdk-bundle.ts';

/** The script of a page with one Web SDK object. As text: this file is checked without the browser's types. */
const SCRIPT = `
  import * as webSdk from './web-sdk.ts';
  const { GameLiftStreams } = webSdk;
  const text = (bytes) => new TextDecoder().decode(bytes);
  const heard = { states: [], channelErrors: 0, goodbyes: [], echoes: [], stats: [], game: undefined };
  let sdk;
  globalThis.player = {
    heard,
    open({ version, ...options } = {}) {
      const audioElement = document.querySelector('#sound');
      sdk = new GameLiftStreams({
        videoElement: document.querySelector('#stream'),
        ...(options.audio === false ? {} : { audioElement }),
        ...options,
        clientConnection: {
          connectionState: (state) => heard.states.push(state),
          channelError: () => { heard.channelErrors += 1; },
          serverDisconnect: (reason) => heard.goodbyes.push(reason),
          performanceStats: (stats) => heard.stats.push(stats),
          applicationMessage: (message) => {
            try { heard.game = JSON.parse(text(message)); } catch { heard.echoes.push(message.byteLength); }
          },
        },
      }, version);
    },
    sdk: () => sdk,
    // The official bundles have a version of their own; the stand-in takes it as an argument.
    officialVersion: Reflect.get(webSdk, 'VERSION'),
    message: (bytes) => sdk.sendApplicationMessage(new Uint8Array(bytes).fill(1)),
    async inbound() {
      for (const entry of (await sdk.getVideoRTCStats())?.values() ?? [])
        if (entry.type === 'inbound-rtp') return { ...entry };
    },
    async openChannels() {
      const entries = [...((await sdk.getInputRTCStats())?.values() ?? [])];
      return entries.filter(({ type, state }) => type === 'data-channel' && state === 'open')
        .map(({ label }) => label).sort();
    },
  };
`;
const HTML = `<!doctype html><meta charset="utf-8"><title>Web SDK</title>
<video id="stream" muted autoplay playsinline width="320" height="180"></video><audio id="sound" autoplay></audio>
<script type="module" src="page.js"></script>`;

/** Serves a page that has the stand-in, or the official Web SDK, as `player`, from an origin of its own. */
export async function serveWebSdkPage(): Promise<{ url: string; close(): void }> {
  const directory = new URL('../../local/console/page/', import.meta.url).pathname;
  const bundle = await build({
    stdin: { contents: SCRIPT, resolveDir: directory },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    plugins: webSdkPlugins(),
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : HTML);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const STUN_COOKIE = 0x2112a442;

/** A STUN server on loopback, RFC 8489's binding request alone. */
export async function serveStun(): Promise<{ url: string; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (request, { address, port }) => {
    const answer = Buffer.alloc(32);
    request.copy(answer, 0, 0, 20);
    answer.writeUInt16BE(0x0101, 0);
    answer.writeUInt16BE(12, 2);
    answer.writeUInt16BE(0x0020, 20);
    answer.writeUInt16BE(8, 22);
    answer.writeUInt8(1, 25);
    answer.writeUInt16BE(port ^ (STUN_COOKIE >>> 16), 26);
    const bytes = address.split('.').map(Number);
    const ip = bytes.reduce((all, byte) => (all << 8) | byte, 0);
    answer.writeUInt32BE((ip ^ STUN_COOKIE) >>> 0, 28);
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { url: `stun:127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}
