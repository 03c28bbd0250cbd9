/** Loaded into a server: SIGUSR2 collects its garbage, and a line says that it is done; a soak that is killed ends it. */
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  console.log("collected");
});

// Its input is the soak's end of a pipe, which says nothing: it ends with the soak.
process.stdin.resume().once("end", () => process.kill(process.pid, "SIGTERM"));
process.stdin.unref();
