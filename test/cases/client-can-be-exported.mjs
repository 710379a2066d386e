/** With `declaration: true` a client of any environment can be exported. */
// right: sandbox compiles
// right: production compiles
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const flags =
  "--declaration --emitDeclarationOnly --outDir out --module nodenext --target es2022 --strict --skipLibCheck";
for (const environment of ["sandbox", "production"]) {
  const options = `{ environment: "${environment}", clientId: "a", apiKey: "b" }`;
  writeFileSync(
    `${environment}.mts`,
    `import { createClient } from "airwallex-connect";\nexport const client = createClient(${options});\n`,
  );
  const args = [tsc, ...flags.split(" "), `${environment}.mts`];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  console.log(environment, status === 0 ? "compiles" : stdout);
}
