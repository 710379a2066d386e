/** The emulator takes multipart bodies as browsers, .NET, Apache HttpClient, Go and curl write them. */
// right: browser: 201 a.png
// right: .NET: 201 a.png
// right: Apache HttpClient 5: 201 a.png
// right: Go: 201 a"b.png
import { createEmulator } from "airwallex-connect/emulator";

const { fetch, clientOptions } = createEmulator();
const base = "http://emulator.localhost/api/v1";
const headers = { "x-client-id": clientOptions.clientId, "x-api-key": clientOptions.apiKey };
const login = await fetch(`${base}/authentication/login`, { method: "POST", headers });
const authorization = `Bearer ${(await login.json()).token}`;
const forms = {
  browser: 'form-data; name="file"; filename="a.png"',
  ".NET": "form-data; name=file; filename=a.png; filename*=utf-8''a.png",
  "Apache HttpClient 5": `form-data; name="file"; filename="a.png"; filename*="UTF-8''a.png"`,
  Go: 'form-data; name="file"; filename="a\\"b.png"',
};
for (const [who, disposition] of Object.entries(forms)) {
  const part = `Content-Disposition: ${disposition}\r\nContent-Type: image/png\r\n\r\nDATA`;
  const answer = await fetch(`${base}/files/upload`, {
    method: "POST",
    headers: { authorization, "content-type": "multipart/form-data; boundary=B" },
    body: `--B\r\n${part}\r\n--B--\r\n`,
  });
  const { filename, message } = await answer.json();
  console.log(`${who}: ${answer.status} ${filename ?? message}`);
}
