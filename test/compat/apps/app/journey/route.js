import { startEmulator } from "airwallex-connect/emulator";
import { journey } from "../../journey.mjs";

export const dynamic = "force-dynamic";

export async function GET() {
  const emulator = await startEmulator();
  try {
    return new Response(`Done: ${await journey(emulator)}`);
  } catch (error) {
    return new Response(String(error.stack), { status: 500 });
  } finally {
    await emulator.close();
  }
}
