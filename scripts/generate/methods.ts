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

/** A method that stands for no single endpoint, such as `accounts.waitForStatus`. */
export interface OwnMethod extends Method {
  /** Such as `accounts.waitForStatus`. */
  readonly id: string;
  /** What its doc comment says before the first tag. */
  readonly description: string;
}

export interface Methods {
  /** The method of an operation, by its id. */
  readonly of: (operationId: string) => Method | undefined;
  /** The other methods of the resources that have these operations. */
  readonly besides: (operationIds: readonly string[]) => readonly OwnMethod[];
}

export const noMethods: Methods = { of: () => undefined, besides: () => [] };

const documented = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)(\((?:[^()]|\([^()]*\))*\):[^;{]*);/g;

export async function readMethods(folder: string): Promise<Methods> {
  const all = existsSync(folder) ? await readdir(folder) : [];
  const names = all.filter((name) => name.endsWith(".ts")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const found = (operationId: string): readonly Found[] => {
    const constant = new RegExp(`\\b${constantName(operationId)}\\b`);
    const text = texts.find((one) => constant.test(one)) ?? "";
    return [...text.matchAll(documented)].map(([, comment = "", name = "", signature = ""]) => ({
      ...{ comment: comment.replace(/^[ \t]*\*(?: |$)/gm, ""), name, signature },
    }));
  };
  return {
    of(operationId) {
      const own = found(operationId).find(({ name }) => name === operationId.split(".").at(-1));
      return own && methodOf(own);
    },
    besides(operationIds) {
      const resources = new Map(operationIds.map((id) => [id.replace(/\.\w+$/, ""), id]));
      return [...resources].flatMap(([resource, id]) =>
        found(id)
          .map((one) => ({
            ...methodOf(one),
            id: `${resource}.${one.name}`,
            description: descriptionOf(one),
          }))
          .filter((one) => !operationIds.includes(one.id)),
      );
    },
  };
}

interface Found {
  /** Without the stars. */
  readonly comment: string;
  readonly name: string;
  readonly signature: string;
}

function methodOf({ comment, signature }: Found): Method {
  const [, example] = /@example\n([\s\S]*?)(?=\n@|\s*$)/.exec(comment) ?? [];
  return {
    signature: signature.replace(/\s+/g, " ").replaceAll("( ", "(").replace(/,? \)/g, ")"),
    ...(example === undefined ? {} : { example }),
  };
}

const descriptionOf = ({ comment }: Found): string =>
  comment
    .replace(/^[ \t]*@[\s\S]*/m, "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .trim();
