/// <reference lib="esnext.disposable" />
/** Another program told of each letter, over our own HTTP. */
import { listenTcp } from "@socketscope/socket-core";
import { serveHttp } from "@socketscope/web";
import { spawnApp } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { handIn, until } from "./delivery/relay-bench.ts";

it("posts each letter in order, and again when it was not taken", async () => {
  const told: { readonly to: string; readonly mailbox: string }[] = [];
  let refusals = 1;
  await using receiver = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
    serveHttp(stream, async (request) => {
      const text = await request.body.text(100_000);
      if (refusals-- > 0) return { status: 503 };
      told.push(JSON.parse(text));
      return { status: 204 };
    }),
  );
  await using app = await spawnApp("mail-relay", [
    `--webhook=http://127.0.0.1:${receiver.address.port}/letters`,
    "--log=text",
  ]);
  for (const name of ["one", "two", "three"])
    await handIn(app, { from: "ann@a.test", to: [`${name}@b.test`] });
  await until(() => told.length === 3, "three letters told");
  expect(told.map(({ mailbox }) => mailbox)).toEqual(["one@b.test", "two@b.test", "three@b.test"]);
  expect(app.stderr).toContain("it answered 503");
});
