/** A real browser for the emulator's pages: the system's Chromium, with a profile of its own. */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Set CHROMIUM to use another; undefined if there is none. */
export const browserPath: string | undefined = [process.env["CHROMIUM"] ?? "", ...places].find(
  (path) => path !== "" && existsSync(path),
);

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** @param script Whether scripts run; the pages for customers must work without them. */
export async function openBrowser(script = false): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "airwallex-connect-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath ?? "",
    javaScriptEnabled: script,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
