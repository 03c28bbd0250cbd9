/** Starts what makes the page live. Each part works without the others, and the page without all of them. */
import { chat } from "./chat.js";
import { again, tick } from "./clock.js";
import { byId } from "./dom.js";
import { film } from "./film.js";
import { follow } from "./live.js";
import { tell } from "./picture.js";
import { upload } from "./upload.js";

byId("waiting", HTMLElement).hidden = false;
follow({ sockets: tell, clock: tick, again });
upload();
chat();
await film();
