/** What the compiler must accept of an emulator. Checked by tsc; never run. */

import { expectTypeOf } from "vitest";
import { createEmulator, type Emulator, startEmulator } from "../../src/emulator/index.js";
import { createClient, type SimulationResource } from "../../src/index.js";

/** A helper of tests, for emulators with and without a socket. */
function clientOf({ clientOptions }: Emulator) {
  return createClient(clientOptions);
}

// A running emulator is an emulator
expectTypeOf(startEmulator).returns.resolves.toExtend<Emulator>();
expectTypeOf(clientOf(createEmulator()).simulation).toEqualTypeOf<SimulationResource>();
expectTypeOf(clientOf(await startEmulator()).simulation).toEqualTypeOf<SimulationResource>();
