/** Two ways in: a form for customers without an account, and consent for those who have one. */

import { airwallex } from "../lib/airwallex";

interface Props {
  readonly searchParams: Promise<{ readonly account?: string; readonly connection?: string }>;
}

export default async function Page({ searchParams }: Props) {
  const { account, connection } = await searchParams;
  return (
    <main>
      <h1>Sell with us</h1>
      {account && <Account id={account} />}
      {connection && <Connected id={connection} />}
      <form action="/sellers" method="post">
        <h2>Open an account</h2>
        <p>
          <label>
            First name <input name="first_name" required />
          </label>
        </p>
        <p>
          <label>
            Last name <input name="last_name" required />
          </label>
        </p>
        <p>
          <label>
            E-mail <input name="email" type="email" required />
          </label>
        </p>
        <p>
          <label>
            <input name="terms" type="checkbox" required /> I agree to the terms of Airwallex
          </label>
        </p>
        <button type="submit">Open</button>
      </form>
      <h2>Already with Airwallex?</h2>
      <p>
        {/* Not next/link: it would load the page, and begin a consent, before anybody clicks. */}
        <a href="/connect">Connect Airwallex</a>
      </p>
    </main>
  );
}

async function Account({ id }: { readonly id: string }) {
  const { status } = await airwallex().accounts.retrieve(id);
  return (
    <p>
      Your account {id} is <strong>{status}</strong>.
    </p>
  );
}

async function Connected({ id }: { readonly id: string }) {
  const { status } = await airwallex().oauth.connection(id).accounts.current();
  return (
    <p>
      Connected. Your account is <strong>{status}</strong>.
    </p>
  );
}
