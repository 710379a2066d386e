/** Writes the public list of types and schemas. */

import { describe } from "./describe.js";
import { bracket, byName, comment, header, importNames } from "./layout.js";
import { type Model, references, type Schema } from "./model.js";

/** Names of the schemas that operations respond with, if a predicate can stand in front of them. */
export function answersOf({ schemas, operations }: Model): ReadonlySet<string> {
  const nodes = new Map(schemas.map(({ name, node }) => [name, node]));
  // zod takes no predicate for a schema that contains itself.
  const isCircular = (name: string, trail: readonly string[] = []): boolean => {
    const node = nodes.get(name);
    if (node === undefined) return false;
    return (
      trail.includes(name) || references(node).some((one) => isCircular(one, [...trail, name]))
    );
  };
  const names = operations.flatMap(({ response }) => response ?? []);
  return new Set(names.filter((name) => !isCircular(name)));
}

/** The schemas of whole responses, with their predicates in front. */
export function emitAnswers(model: Model): string {
  const answers = answersOf(model);
  const schemas = model.schemas.filter(({ name }) => answers.has(name));
  const subjects = [...new Set(schemas.map(({ subject }) => subject))].sort();
  const imports = subjects.flatMap((subject) => {
    const guards = schemas.filter((one) => one.subject === subject).map((one) => `is${one.name}`);
    return [
      `import * as ${alias(subject)} from "./${subject}.js";\n`,
      importNames(guards, `./${subject}.guards.js`),
    ];
  });
  return [
    `${header}\n${answersIntro}`,
    `import * as z from "zod";\n${imports.join("")}`,
    ...schemas.map(emitAnswer),
  ].join("\n");
}

const answersIntro = `/**
 * The responses of the endpoints, as schemas for parsing.
 *
 * A schema asks its predicate first; zod explains only what the predicate refuses. A value that fits is
 * returned as is, not copied: these schemas transform nothing.
 */
`;

/**
 * Uses a distinct name within the file: when declarations are bundled, two with the same name would
 * show as `Account$1` in every editor.
 */
function emitAnswer({ name, subject, docs, node }: Schema): string {
  const intro = comment(describe(docs, node), 0);
  const plain = `${alias(subject)}.${name}`;
  const schema = `${name}Schema`;
  return [
    `${intro}type ${schema} = ${plain};\n\n`,
    `const ${schema}: z.ZodType<${plain}> = z.withParser(${plain}, (value) =>\n`,
    `  is${name}(value) ? value : z.INVALID,\n);\n\n`,
    `export { ${schema} as ${name} };\n`,
  ].join("");
}

const alias = (subject: string): string =>
  subject.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The entry point itself: every name, by the file it comes from. */
export function emitIndex(model: Model): string {
  const answers = answersOf(model);
  const files = new Map<string, string[]>();
  for (const { name, subject } of model.schemas) {
    const file = `./${answers.has(name) ? "answers" : subject}.js`;
    files.set(file, [...(files.get(file) ?? []), name]);
  }
  const lines = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, names]) => {
      const list = bracket(
        ["{ ", " }"],
        [...names].sort(byName),
        0,
        `export  from "${file}";`.length,
      );
      return `export ${list} from "${file}";\n`;
    });
  return `${header}\n/** Every type of the account model, and the zod schema of the same name. */\n\n${lines.join("")}`;
}
