/** The firewall of one program: its rules as text, how often each decided, who is kept out for a while. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "./act.ts";

/** What the control socket tells: see FirewallStatus in libs/socket-core/src/firewall.ts. */
interface Status {
  readonly rules: readonly { readonly rule: string; readonly hits: number }[];
  readonly bans: readonly { readonly account: string; readonly reason: string }[];
  readonly decided: { readonly allow: number; readonly drop: number; readonly reject: number };
}

export function FirewallSection({ app }: { readonly app: string }) {
  const known = useSignal<Status | undefined>(undefined);
  const text = useSignal("");
  const address = useSignal("");
  const show = (answer: unknown): void => {
    if (!isStatus(answer)) return;
    known.value = answer;
    text.value = answer.rules.map(({ rule }) => rule).join("\n");
  };
  const tell = async (
    verb: "GET" | "PUT" | "POST" | "DELETE",
    path: string,
    value?: unknown,
  ): Promise<void> => show(await ask(verb, app, `/firewall${path}`, value));
  useEffect(() => void tell("GET", ""), [app]);
  const status = known.value;
  if (status === undefined) return null;
  const { allow, drop, reject } = status.decided;
  return (
    <section>
      <h3>
        Firewall <span>· judged after accept(), for all listeners of this program</span>
      </h3>
      <textarea
        class="ed"
        aria-label="Firewall rules, one a line"
        rows={Math.max(2, Math.min(8, text.value.split("\n").length))}
        spellcheck={false}
        placeholder={"reject 127.0.0.66\ndrop 10.0.0.0/8 port 2525"}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <div class="acts">
        <button
          type="button"
          onClick={() =>
            void tell("PUT", "", { rules: text.value.split("\n").filter((line) => line.trim() !== "") })
          }
        >
          Set rules
        </button>
        <button type="button" onClick={() => void tell("GET", "")}>
          Read again
        </button>
        <span class="sub">
          {allow} let in · {drop} dropped · {reject} rejected
        </span>
      </div>
      {status.rules.length > 0 && (
        <ul class="set">
          {status.rules.map(({ rule, hits }, index) => (
            <li key={`${index} ${rule}`}>
              <code>{rule}</code> <small>decided {hits} times</small>
            </li>
          ))}
        </ul>
      )}
      <form
        class="fault"
        onSubmit={(event) => {
          event.preventDefault();
          void tell("POST", "/bans", { address: address.value, seconds: 600 });
        }}
      >
        <input
          aria-label="Address to keep out"
          placeholder="127.0.0.66"
          value={address.value}
          onInput={(event) => (address.value = event.currentTarget.value)}
        />
        <button type="submit">Keep out for 10 min</button>
      </form>
      {status.bans.length > 0 && (
        <ul class="set">
          {status.bans.map((ban) => (
            <li key={ban.account}>
              <span>
                {ban.account} <small>{ban.reason}</small>
              </span>
              <button
                type="button"
                class="small"
                onClick={() => void tell("DELETE", `/bans/${encodeURIComponent(ban.account)}`)}
              >
                Lift
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function isStatus(value: unknown): value is Status {
  return (
    typeof value === "object" && value !== null && "rules" in value && "bans" in value && "decided" in value
  );
}
