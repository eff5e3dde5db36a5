/** How often a line is printed where lines can't be written over, in milliseconds. */
const PRINT_EVERY_MS = 5000;

/** Says on stderr what goes on: in one line that changes on a terminal, in a line now and then elsewhere. */
export function progressLine(): { show(line: string): void; end(): void } {
  const { stderr } = process;
  let printedAt = Number.NEGATIVE_INFINITY;
  return {
    show(line) {
      if (stderr.isTTY) {
        stderr.write(`\r\x1b[2K${line}`);
      } else if (performance.now() - printedAt >= PRINT_EVERY_MS) {
        printedAt = performance.now();
        stderr.write(`${line}\n`);
      }
    },
    end() {
      if (stderr.isTTY) stderr.write('\r\x1b[2K');
    },
  };
}
