/** How often a line is printed where stderr is no terminal, in milliseconds. */
const PRINT_EVERY_MS = 5000;

/** Shows progress on stderr: on a terminal in one line that changes, elsewhere in a new line now and then. */
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
