/** Processes that answer one message at a time. */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a file of this folder and waits for its first message. */
export async function startChild(file, args = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  const next = () =>
    new Promise((resolve, reject) => {
      const failed = (code) => reject(new Error(`${[file, ...args].join(" ")} ended with ${code}`));
      child.once("exit", failed);
      child.once("message", (message) => {
        child.off("exit", failed);
        resolve(message);
      });
    });
  return {
    hello: await next(),
    ask(message) {
      child.send(message);
      return next();
    },
    stop: () => child.disconnect(),
  };
}

/** Runs `work` with a server of its own. */
export async function withServer(work) {
  const child = await startChild("server.mjs");
  try {
    return await work({ origin: child.hello.origin, report: () => child.ask("report") });
  } finally {
    child.stop();
  }
}
