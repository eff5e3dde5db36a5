/** The rooms that ARCHITECTURE.md lists, and what each may import. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './imports.ts';

/** A row of a table under "The house". */
export interface Room {
  /** A folder, without a slash at the end. */
  readonly folder: string;
  /** What belongs in it. */
  readonly holds: string;
}

/** A house is a folder of the repository's root: its rooms, the lowest first, and what other houses it may import. */
export interface House extends Room {
  readonly mayImport: readonly string[];
  readonly rooms: readonly Room[];
}

/** Rows whose first cell names a folder in backticks. */
function rowsOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => /^\| `[^`]+\/`/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const nameIn = (cell = '') => /`([^`]+)\/`/.exec(cell)?.[1] ?? '';

/** @param page the text of ARCHITECTURE.md */
export function housesOf(page: string): House[] {
  const [, chapter = ''] = /\n## The house\n([\s\S]*?)\n## /.exec(page) ?? [];
  const [first = '', ...others] = chapter.split('\n### ');
  const rooms = others.flatMap((section) =>
    rowsOf(section).map(([folder, holds = '']) => ({ folder: nameIn(folder), holds })),
  );
  return rowsOf(first).map(([folder, holds = '', mayImport = '']) => {
    const name = nameIn(folder);
    return {
      folder: name,
      holds,
      mayImport: [...mayImport.matchAll(/`([^`]+?)\/?`/g)].map(([, other = '']) => other),
      rooms: rooms.filter((room) => room.folder === name || room.folder.startsWith(`${name}/`)),
    };
  });
}

export const houses = housesOf(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));

/** The room that a file or folder lies in: the one with the longest name. */
export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  const around = rooms.filter(({ folder }) => path === folder || path.startsWith(`${folder}/`));
  return around.toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

/** Imports that the page does not allow, as `file -> import: why`. */
export function forbidden(imports: readonly { from: string; to: string }[], all: readonly House[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const why = reasonAgainst(from, to, all);
    return why ? [`${from} -> ${to}: ${why}`] : [];
  });
}

function reasonAgainst(from: string, to: string, all: readonly House[]): string | undefined {
  const house = all.find(({ folder }) => from.startsWith(`${folder}/`));
  if (!house) return `${from.split('/')[0]}/ is not in the table of houses`;
  const other = all.find(({ folder }) => to.startsWith(`${folder}/`));
  if (!other) return undefined;
  if (other !== house) {
    const allowed = house.mayImport.some(
      (name) => name === 'all' || to === name || to.startsWith(`${name}/`),
    );
    return allowed ? undefined : `${house.folder}/ may import ${house.mayImport.join(', ') || 'nothing'}`;
  }
  if (house.rooms.length === 0) return undefined;
  const [room, next] = [roomOf(from, house.rooms), roomOf(to, house.rooms)];
  if (!room) return `${folderOfFile(from)} is not in the table of ${house.folder}/`;
  if (!next) return `${folderOfFile(to)} is not in the table of ${house.folder}/`;
  const isBelow = house.rooms.indexOf(next) < house.rooms.indexOf(room);
  return room === next || isBelow ? undefined : `${next.folder}/ stands below ${room.folder}/ in the table`;
}

const folderOfFile = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
