import { FtpDissector, FtpServer, reply, type FtpServerAction, type FtpServerEvent } from "@socketscope/ftp";
import { TURN, walkDissector } from "../dissecting.ts";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

const say = (code: number): FtpServerAction => ({ type: "reply", reply: reply(code, "text") });

/** Every password is right but "no", every file is there but "gone"; a transfer is over with the next command but ABOR. */
function policy(): Policy<FtpServerEvent, FtpServerAction> {
  let runs = false;
  const finishing = (): readonly FtpServerAction[] => {
    const actions: readonly FtpServerAction[] = runs ? [{ type: "finish", reply: reply(226, "done") }] : [];
    runs = false;
    return actions;
  };
  return {
    tell: (event) => JSON.stringify(event),
    answers(event) {
      switch (event.type) {
        case "connected":
          return [say(220)];
        case "login":
          return [say(event.password === "no" ? 530 : 230)];
        case "passive":
          return [{ type: "passive", host: "127.0.0.1", port: 4711 }];
        case "retrieve":
        case "store":
        case "list":
          if (event.path === "gone") return [say(550)];
          runs = true;
          return [{ type: "begin", reply: reply(150, "go") }];
        case "abort": {
          const actions = runs ? finishing() : [];
          return [...actions, { type: "reply", reply: event.reply }];
        }
        case "user":
        case "host":
        case "secure":
        case "clear":
        case "reinitialize":
        case "protection":
        case "active":
        case "allocate":
        case "said":
        case "quit":
        case "refused":
        case "leaving":
          return [{ type: "reply", reply: event.reply }];
        case "renaming":
          return [...finishing(), say(350)];
        case "enter":
        case "where":
        case "describe":
        case "size":
        case "modified":
        case "touch":
        case "mode":
        case "rename":
        case "delete":
        case "make":
        case "remove":
        case "hash":
        case "available":
        case "status":
          return [...finishing(), say(250)];
      }
    },
  };
}

const IN = "USER a\r\nPASS b\r\n";

export const ftpServer: Target = {
  name: "ftp-server",
  code: /\/libs\/(?:ftp|wire)\//,
  words: [
    "USER a\r\n",
    "PASS b\r\n",
    "PASS no\r\n",
    "EPSV\r\n",
    "EPSV ALL\r\n",
    "PASV\r\n",
    "PORT 127,0,0,1,4,1\r\n",
    "EPRT |1|127.0.0.1|1025|\r\n",
    "RETR a\r\n",
    "STOR gone\r\n",
    "LIST -a\r\n",
    "ABOR\r",
    "\xff\xf4\xf2",
    "STAT\r\n",
    "RNFR a\r\n",
    "RNTO b\r\n",
    "REST 5\r\n",
    "TYPE I\r\n",
    "OPTS MLST size;\r\n",
    "SITE CHMOD 644 a\r\n",
    "MFMT 20260101000000 a\r\n",
    "AUTH TLS\r\n",
    "CCC\r\n",
    "PBSZ 0\r\n",
    "PROT P\r\n",
    "REIN\r\n",
    "HOST a.b\r\n",
    "MODE Z\r\n",
    "OPTS MODE Z LEVEL 9\r\n",
    'XCRC "a" 1 2\r\n',
    "\r\n",
    "\n",
    "\0",
  ],
  seeds: [
    `${IN}EPSV\r\nRETR a\r\nNOOP\r\nSTAT\r\nEPSV\r\nSTOR b\r\nPWD\r\nQUIT\r\n`,
    `${IN}PASV\r\nSTOR a\r\n\xff\xf4\xffABOR\r\nNOOP\r\n`,
    `FEAT\r\nHELP\r\nAUTH TLS\r\nUSER root\r\n`,
    `${IN}RNFR a\r\nRNTO b\r\nMKD "x"\r\nOPTS MLST type;\r\nMLST a\r\nSIZE a\r\nREIN\r\n`,
    `HOST localhost\r\n${IN}MODE Z\r\nEPSV\r\nLIST\r\nXMD5 "a ""b""" 3\r\nXSHA1 a\r\n`,
    `${IN}PBSZ 0\r\nPROT P\r\nCCC\r\nFEAT\r\nEPSV\r\nLIST\r\nCCC\r\n`,
    `USER a\r\nPASS no\r\nGET / HTTP/1.1\r\n`,
  ],
  run: (input, cut) =>
    walk(
      new FtpServer({
        tls: true,
        ccc: true,
        modeZ: true,
        // Where CCC means something.
        secure: Buffer.from(input).includes("CCC"),
        family: 4,
        limits: { commandLine: 60, errors: 12, loginTries: 3 },
      }),
      policy(),
      input,
      cut,
    ),
};

export const ftpDissector: Target = {
  name: "ftp-dissector",
  code: /\/libs\/(?:ftp\/(?:src|dist)\/(?:dissect|replies)|wire\/(?:src|dist)\/(?:text-lane|pairing|line-reader))/,
  words: [
    "RETR a\r\n",
    "STAT\r\n",
    "ABOR\r",
    "ABOR\r\n",
    "\xff\xf4\xf2",
    "AUTH TLS\r\n",
    "PASS x\r\n",
    "234 ",
    "150 ",
    "226 ",
    "211-",
    "211 ",
    "227 (1,2,3,4,5,6)",
    "229 (|||5|)",
    "421 x\r\n",
    "\r\n",
    "\n",
    "\r",
    TURN,
  ],
  seeds: [
    `${TURN}220 hi\r\n${TURN}USER a\r\nFEAT\r\n${TURN}331 x\r\n211-y\r\n z\r\n211 w\r\n`,
    `${TURN}220 hi\r\n${TURN}RETR a\r\n${TURN}150 go\r\n${TURN}\xff\xf4\xffABOR\r${TURN}426 a\r\n226 b\r\n${TURN}NOOP\r\n`,
    `${TURN}220 hi\r\n${TURN}AUTH TLS\r\nUSER x${TURN}234 go\r\n${TURN}\x16\x03`,
  ],
  run: (input, cut) =>
    walkDissector(new FtpDissector({ limits: { piece: 50, maxLine: 60, maxHeld: 40 } }), input, cut),
};
