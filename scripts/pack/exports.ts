/** Every type and value that users meet can be imported by its name. */

import { compile, doors, importDoor, modules, write } from "./installed.js";

/**
 * An app with `declaration: true` exports what every public function and every method of a client
 * returns, so each of these types must have a name that can be imported.
 */
export async function exportResults(): Promise<readonly string[]> {
  const lines = [
    ...modules.map((name, i) => `import * as door${i} from "${name}";`),
    `import { createClient, type Environment, type OAuthOptions } from "airwallex-connect";`,
    "declare const environment: Environment;",
    "declare const oauth: OAuthOptions;",
    `const key = { clientId: "a", apiKey: "b" };`,
    `export const production = createClient({ ...key, environment: "production" });`,
    `export const sandbox = createClient({ ...key, environment: "sandbox" });`,
    "export const either = createClient({ ...key, environment });",
    `export const withApp = createClient({ environment: "production", oauth });`,
    "export const withBoth = createClient({ ...key, environment, oauth });",
    "export const connection = withBoth.oauth.connection('con_1');",
    "export class Platform { readonly client = production.withOptions({}); seller = sandbox.onBehalfOf('acct_1'); }",
  ];
  const names: string[] = [];
  for (const [i, name] of doors.entries()) {
    const door = (await importDoor(name)) as Readonly<Record<string, unknown>>;
    const functions = Object.keys(door).filter((one) => isPlainFunction(door[one]));
    names.push(...functions.map((one) => `door${i}.${one}`));
  }
  const methods = await methodNames();
  if (methods.length < 50) return [`A client has ${methods.length} methods, expected at least 50`];
  names.push(...methods);
  const results = names.map(
    (name, i) =>
      `export const result${i} = (...args: Parameters<typeof ${name}>) => ${name}(...args);`,
  );
  return declare("results.ts", [...lines, ...results]);
}

/**
 * The same app takes answers apart, and imports nothing but the main door: the type of each member must
 * have a name there.
 */
export async function exportMembers(): Promise<readonly string[]> {
  const names = await methodNames();
  return declare("members.ts", [
    `import { createClient } from "airwallex-connect";`,
    `const sandbox = createClient({ environment: "sandbox", clientId: "a", apiKey: "b" });`,
    "declare function copy<T>(value: T): { [Name in keyof T]: T[Name] };",
    ...names.map(
      (name, i) =>
        `export const members${i} = async (...args: Parameters<typeof ${name}>) => copy(await ${name}(...args));`,
    ),
  ]);
}

/** What the types call a value can be imported as one. */
export async function checkValues(): Promise<readonly string[]> {
  const lines = ["type None<Name> = [Name] extends [never] ? true : Name;"];
  for (const [i, name] of modules.entries()) {
    const door = (await importDoor(doors[i] ?? ".")) as object;
    const values = Object.keys(door).map((value) => JSON.stringify(value));
    lines.push(`import * as door${i} from "${name}";`);
    const missing = `Exclude<keyof typeof door${i}, ${values.join(" | ")}>`;
    lines.push(`export const none${i}: None<${missing}> = true;`);
  }
  write("values.ts", lines);
  return compile("values.ts", { module: "nodenext", moduleResolution: "nodenext" });
}

function declare(file: string, lines: readonly string[]): readonly string[] {
  write(file, lines);
  const emitted = { declaration: true, emitDeclarationOnly: true, outDir: "declarations" };
  const resolution = { module: "nodenext", moduleResolution: "nodenext" };
  return compile(file, { ...resolution, ...emitted });
}

/** Every method of a client, as `sandbox.accounts.create`. */
async function methodNames(): Promise<readonly string[]> {
  const { createClient } = (await importDoor(".")) as {
    readonly createClient: (options: object) => object;
  };
  return methodsOf(createClient({ environment: "sandbox", clientId: "a", apiKey: "b" }), "sandbox");
}

/** Those of its members too, which a client makes when they are first used: getters of its prototype. */
function methodsOf(resource: object, name: string): readonly string[] {
  const names: string[] = [];
  for (const key in resource) {
    const value: unknown = resource[key as keyof typeof resource];
    if (isPlainFunction(value)) names.push(`${name}.${key}`);
    else if (typeof value === "object" && value !== null) {
      names.push(...methodsOf(value, `${name}.${key}`));
    }
  }
  return names;
}

function isPlainFunction(value: unknown): boolean {
  return typeof value === "function" && !/^class\b/.test(String(value));
}
