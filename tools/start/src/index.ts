export { App, type Ended, type Ready } from "./app.ts";
