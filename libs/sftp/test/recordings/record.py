#!/usr/bin/env python3
"""Records what OpenSSH's sftp and OpenSSH's sftp-server say to each other: one NDJSON file for each scenario.

    python3 libs/sftp/test/recordings/record.py

Needs openssh-client and openssh-sftp-server; no network: sftp starts this file (-D), and it starts the server. Lines:
{"connection": n, "direction": "in" | "out", "octets": base64} as the server would see them, and {"connection", "end"}.
"""
import base64, json, os, pathlib, shutil, subprocess, sys, threading

HERE = pathlib.Path(__file__).parent
SERVER = "/usr/lib/openssh/sftp-server"
HOME = "/tmp/socketscope-recording"
SCENARIOS = {
    "openssh-put-get": ["put one", "get one back", "ls -la", "pwd"],
    "openssh-folders": ["mkdir d", "put -r tree d", "ls -1 d/tree", "rename d/tree d/moved", "rm d/moved/*", "rmdir d/moved", "rmdir d"],
    "openssh-links": ["put one", "ln one hard", "ln -s one soft", "chmod 600 hard", "df", "rm soft", "cp one two"],
    "openssh-faults": ["-get none", "-rm none", "-mkdir .", "-rmdir /", "-chmod 600 none"],
}


def between(name):
    """Stands between both: passes on, and writes down."""
    out = open(HERE / f"{name}.ndjson", "w")
    lock = threading.Lock()
    server = subprocess.Popen([SERVER, "-d", HOME, "-u", "022"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def say(entry):
        with lock:
            out.write(json.dumps({"connection": 0, **entry}, separators=(",", ":")) + "\n")
            out.flush()

    def pump(source, sink, direction):
        while octets := os.read(source, 65536):
            say({"direction": direction, "octets": base64.b64encode(octets).decode()})
            os.write(sink, octets)
        say({"end": direction})
        os.close(sink)

    client = threading.Thread(target=pump, args=(0, server.stdin.fileno(), "in"))
    client.start()
    pump(server.stdout.fileno(), 1, "out")
    client.join()
    os._exit(0)


if len(sys.argv) > 1:
    between(sys.argv[1])
for name, commands in SCENARIOS.items():
    for folder in (HOME, HOME + "-client"):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
    local = pathlib.Path(HOME + "-client")
    (local / "one").write_bytes(b"A file of one line.\n")
    (local / "tree").mkdir()
    (local / "tree" / "ä b").write_bytes(b"blank and umlaut\n")
    os.utime(local / "one", (1_000_000_000, 1_000_000_000))
    batch = "\n".join(commands) + "\n"
    command = f"{sys.executable} {HERE.resolve() / 'record.py'} {name}"
    done = subprocess.run(["sftp", "-b", "-", "-D", command], input=batch, text=True, cwd=local, capture_output=True)
    print(name, done.returncode, done.stderr.strip())
shutil.rmtree(HOME, ignore_errors=True)
shutil.rmtree(HOME + "-client", ignore_errors=True)
