/** Loaded into a server: SIGUSR2 collects its garbage, and a line says that it is done. */
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  console.log("collected");
});
