/** Over TCP the inspector listens to who knows its token, and to nobody else. */
import { openTapLink } from "@socketscope/host";
import { TapPoint } from "@socketscope/socket-core";
import { expect, it, onTestFinished } from "vitest";
import { listenOnPort } from "../src/collect/tap-listener.ts";
import { Store } from "../src/store/store.ts";

it("takes taps over TCP from who knows the token only", async () => {
  const store = new Store();
  const warned: string[] = [];
  const log = {
    error: () => undefined,
    info: () => undefined,
    warn: (words: string) => void warned.push(words),
  };
  const listener = await listenOnPort({ host: "127.0.0.1", port: 0 }, "the token", { store, log });
  onTestFinished(async () => void (await listener.drain(0)));
  const tell = (app: string, token: string): void => {
    const target = { to: "tcp", ...listener.address, token } as const;
    const ready = { app, version: "1", engine: "hand", state: "/nowhere", listeners: [] };
    const link = openTapLink({ target, budget: "off", ready, taps: [new TapPoint()] });
    onTestFinished(() => link.close());
  };
  for (const token of ["the tokem", "the toke", "the token and more"]) tell("a stranger", token);
  await expect.poll(() => warned.length).toBeGreaterThanOrEqual(3);
  tell("a friend", "the token");
  await expect.poll(() => store.sources.map(({ app }) => app)).toEqual(["a friend"]);
  expect(new Set(warned)).toEqual(
    new Set(["a tap link was refused: it does not know the token, or does not say who it is"]),
  );
});
