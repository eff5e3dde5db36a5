/** An element of index.html. @throws Error when it is missing, which is a mistake in index.html */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return found;
}

/** Any element of index.html. */
export const at = (id: string): HTMLElement => element(id, HTMLElement);

/** A button of index.html. */
export const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);

/** A checkbox of index.html. */
export const checkbox = (id: string): HTMLInputElement => element(id, HTMLInputElement);

/** Keeps a number and its unit on one line, and what was beside what it became. */
const unbroken = (text: string) =>
  text
    .replaceAll(/(?<=\d) (?=(?:ms|s|KB|%)(?![\p{L}\d]))/gu, '\u00a0')
    .replaceAll(/(?<=\d) → (?=\d)/g, '\u00a0→\u00a0');

/** Writes only a changed text: a screen reader reads a rewritten live region again. */
export function write(target: HTMLElement, text: string): void {
  const shown = unbroken(text);
  if (target.textContent !== shown) target.textContent = shown;
}

/** An element of a class with a text. */
export function made(name: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = unbroken(text);
  return element;
}
