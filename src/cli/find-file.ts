/** Finds the files that a table names. It came from somebody else: it must not send other files. */

import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** Finds the file of a cell: its path, or what is wrong with it. */
export type FindFile = (cell: unknown) => { readonly path: string } | string;

/** Files have to be in the folder or below it, after following symbolic links. */
export function fileFinder(folder: string): FindFile {
  const root = realPath(resolve(folder));
  return (cell) => {
    if (typeof cell !== "string" || cell === "") return "is not the path of a file";
    // One that does not exist is reported by the check of all files.
    const path = realPath(resolve(root, cell));
    if (isWithin(root, path)) return { path };
    return "is outside of the folder of the files, expected a file in it, or another folder by --files";
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
