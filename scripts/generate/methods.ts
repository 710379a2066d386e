/** Reads the methods in src/resources/: the signature of each, and its example. */

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { constantName } from "./names.js";

export interface Method {
  /** `(id: string, options?: CallOptions): ApiPromise<Account>` */
  readonly signature: string;
  readonly example?: string;
}

/** Finds the method of an operation by its id. */
export type FindMethod = (operationId: string) => Method | undefined;

const documented = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)(\((?:[^()]|\([^()]*\))*\):[^;{]*);/g;

export async function readMethods(folder: string): Promise<FindMethod> {
  const all = existsSync(folder) ? await readdir(folder) : [];
  const names = all.filter((name) => name.endsWith(".ts")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return (operationId) => {
    const constant = new RegExp(`\\b${constantName(operationId)}\\b`);
    const text = texts.find((one) => constant.test(one));
    const own = [...(text ?? "").matchAll(documented)].find(
      ([, , name]) => name === operationId.split(".").at(-1),
    );
    return own && methodOf(own[1] ?? "", own[3] ?? "");
  };
}

function methodOf(comment: string, signature: string): Method {
  const text = comment.replace(/^[ \t]*\*(?: |$)/gm, "");
  const [, example] = /@example\n([\s\S]*?)(?=\n@|\s*$)/.exec(text) ?? [];
  return {
    signature: signature.replace(/\s+/g, " ").replaceAll("( ", "(").replace(/,? \)/g, ")"),
    ...(example === undefined ? {} : { example }),
  };
}
