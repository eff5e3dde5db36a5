import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** One log file a function, appended to, like its log group in CloudWatch. */
export interface LogFiles {
  append(functionName: string, line: string): void;
  close(): Promise<void>;
}

/** @param directory created when missing */
export function openLogFiles(directory: string): LogFiles {
  mkdirSync(directory, { recursive: true });
  const streams = new Map<string, WriteStream>();
  return {
    append(functionName, line) {
      let stream = streams.get(functionName);
      if (!stream) {
        stream = createWriteStream(join(directory, `${functionName}.log`), { flags: 'a' });
        // A full disk must not take the deployment down; the lines are lost, as they would be in CloudWatch.
        stream.on('error', () => {});
        streams.set(functionName, stream);
      }
      stream.write(`${line}\n`);
    },
    async close() {
      await Promise.all(
        [...streams.values()].map((stream) => new Promise<void>((done) => stream.end(() => done()))),
      );
    },
  };
}
