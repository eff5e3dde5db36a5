/**
 * A stand-in for AWS's Session Manager plugin, for tests. It takes the same arguments, changes the terminal in the same way and uses
 * the same data channel. It is written from the protocol's description, and shares no code with the emulator or the command line.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';

const [response = '', region, operation, , parameters = '{}', endpoint, ...more] = process.argv.slice(2);
if (response === '--version') {
  console.log(process.env.STAND_IN_VERSION ?? '1.2.814.0');
  process.exit(0);
}
if (
  !response.startsWith('AWS_SSM_START_SESSION_RESPONSE') ||
  operation !== 'StartSession' ||
  more.length > 0
) {
  console.log('The stand-in is not called as the plugin is.');
  process.exit(64);
}
const { SessionId, StreamUrl, TokenValue } = JSON.parse(process.env[response] ?? '{}');
delete process.env[response];
// If the stream is on this machine, the plugin may resume the session only there.
const stream = new URL(StreamUrl);
const resumeEndpoint = stream.protocol === 'ws:' ? `http://${stream.host}` : `https://ssm.${region}.api.aws`;
if (JSON.parse(parameters).Target !== SessionId || endpoint !== resumeEndpoint) process.exit(65);
if (process.env.STAND_IN_SIGNAL) process.kill(process.pid, process.env.STAND_IN_SIGNAL);
if (process.env.STAND_IN_EXIT) process.exit(Number(process.env.STAND_IN_EXIT));

console.log(`\nStarting session with SessionId: ${SessionId}`);

const stty = (...args: string[]) =>
  spawnSync('stty', args, { stdio: ['inherit', 'pipe', 'inherit'] })
    .stdout?.toString()
    .trim() ?? '';
const original = stty('-g');
const leave = (code: number): never => {
  if (original) stty(original);
  process.exit(code);
};

const socket = new WebSocket(StreamUrl);
socket.binaryType = 'arraybuffer';

/** Writes a frame: 116 bytes of header, the length of the payload, the payload. */
function write(type: string, sequence: number, payloadType: number, payload: Buffer, flags: number): void {
  const header = Buffer.alloc(120);
  header.writeUInt32BE(116, 0);
  header.write(type.padEnd(32), 4);
  header.writeUInt32BE(1, 36);
  header.writeBigUInt64BE(BigInt(Date.now()), 40);
  header.writeBigUInt64BE(BigInt(sequence), 48);
  header.writeBigUInt64BE(BigInt(flags), 56);
  Buffer.from(randomUUID().replaceAll('-', ''), 'hex').copy(header, 64);
  createHash('sha256').update(payload).digest().copy(header, 80);
  header.writeUInt32BE(payloadType, 112);
  header.writeUInt32BE(payload.length, 116);
  socket.send(Buffer.concat([header, payload]));
}

let nextInput = 0;
const input = (payloadType: number, payload: Buffer) =>
  write('input_stream_data', nextInput++, payloadType, payload, 0);

function acknowledge(sequence: number, id: Buffer): void {
  const hex = Buffer.concat([id.subarray(8), id.subarray(0, 8)]).toString('hex');
  const content = {
    AcknowledgedMessageType: 'output_stream_data',
    AcknowledgedMessageId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    AcknowledgedMessageSequenceNumber: sequence,
    IsSequentialMessage: true,
  };
  write('acknowledge', 0, 0, Buffer.from(JSON.stringify(content)), 3);
}

/** After the handshake the plugin sends keys, signals and the terminal's size to the shell. */
function startShell(): void {
  stty('cbreak', '-echo');
  let size = '';
  setInterval(() => {
    const now = JSON.stringify({ cols: process.stdout.columns || 300, rows: process.stdout.rows || 100 });
    if (now !== size) input(3, Buffer.from(now));
    size = now;
  }, 500);
  process.on('SIGINT', () => input(1, Buffer.from([3])));
  process.stdin.on('data', (keys: Buffer) =>
    input(1, keys.equals(Buffer.from('\n')) ? Buffer.from('\r') : keys),
  );
}

let expected = 0;
const early = new Map<number, Buffer>();

function take(payloadType: number, payload: Buffer): void {
  if (payloadType === 5) {
    const actions = JSON.parse(payload.toString()).RequestedClientActions as { ActionType: string }[];
    const done = actions.map(({ ActionType }) => ({
      ActionType,
      ActionStatus: 1,
      ActionResult: null,
      Error: '',
    }));
    const answer = { ClientVersion: '1.2.814.0', ProcessedClientActions: done, Errors: null };
    input(6, Buffer.from(JSON.stringify(answer)));
  } else if (payloadType === 7) {
    startShell();
  } else if (payloadType === 1) {
    process.stdout.write(payload);
  }
}

function receive(bytes: Buffer): void {
  const type = bytes.toString('latin1', 4, 36).replaceAll('\0', '').trim();
  const payload = bytes.subarray(bytes.readUInt32BE(0) + 4);
  if (!createHash('sha256').update(payload).digest().equals(bytes.subarray(80, 112))) return;
  if (type === 'channel_closed') {
    const { Output } = JSON.parse(payload.toString());
    console.log(
      Output
        ? `\n\nSessionId: ${SessionId} : ${Output}\n`
        : `\n\nExiting session with sessionId: ${SessionId}.\n`,
    );
    leave(0);
  }
  if (type !== 'output_stream_data') return;
  const sequence = Number(bytes.readBigInt64BE(48));
  if (sequence >= expected) early.set(sequence, bytes);
  acknowledge(sequence, bytes.subarray(64, 80));
  for (let next = early.get(expected); next; next = early.get(expected)) {
    early.delete(expected);
    expected += 1;
    take(next.readUInt32BE(112), next.subarray(120));
  }
}

socket.onopen = () =>
  socket.send(
    JSON.stringify({
      MessageSchemaVersion: '1.0',
      RequestId: randomUUID(),
      TokenValue,
      ClientId: randomUUID(),
      ClientVersion: '1.2.814.0',
    }),
  );
socket.onmessage = ({ data }) => receive(Buffer.from(data as ArrayBuffer));
// The real plugin would resume the session with AWS's API, which does not exist here.
socket.onclose = ({ code }) => {
  console.log(`\nThe connection is gone (${code}).`);
  leave(66);
};
