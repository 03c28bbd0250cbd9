#!/usr/bin/env python3
"""Records what real programs say to a real nginx: one NDJSON file for each scenario, one line for each piece read.

    python3 libs/http/test/recordings/record.py

Needs nginx, curl and chromium. Loopback only, ports are chosen by the kernel. Lines: {"connection": n,
"direction": "in" | "out", "octets": base64} as a tap at the server would see them, and {"connection", "end"}.
"""
import base64, json, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, threading, time

HERE = pathlib.Path(__file__).parent
PAGE = "<!doctype html><title>Recorded</title><link rel=stylesheet href=style.css><h1>Recorded</h1>" + "<p>text</p>" * 150
CONFIG = """
daemon off; worker_processes 1; pid {root}/pid; error_log {root}/error.log; events {{}}
http {{
  access_log off; server_tokens off; gzip on; gzip_types text/css; types {{ text/html html; text/css css; text/plain txt; }}
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3; uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
  server {{ listen 127.0.0.1:{port}; root {root}/www;
    location = /moved {{ return 301 /index.html; }}
    location = /teapot {{ return 418 "short and stout\\n"; }}
    location = /upload {{ client_max_body_size 10; proxy_pass http://127.0.0.1:{port}/teapot; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Recorder:
    """A proxy on one port that keeps what passes."""

    def __init__(self, target):
        self.target, self.lines, self.lock, self.count, self.threads = target, [], threading.Lock(), 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            number, self.count = self.count, self.count + 1
            for name, source, sink in (("in", client, server), ("out", server, client)):
                thread = threading.Thread(target=self.copy, args=(number, name, source, sink), daemon=True)
                thread.start()
                self.threads.append(thread)

    def copy(self, number, direction, source, sink):
        while True:
            try:
                octets = source.recv(65536)
            except OSError:
                octets = b""
            entry = {"connection": number}
            entry.update({"direction": direction, "octets": base64.b64encode(octets).decode()} if octets else {"end": direction})
            with self.lock:
                self.lines.append(entry)
            try:
                sink.sendall(octets) if octets else sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if not octets:
                return

    def save(self, name):
        for thread in self.threads:
            thread.join(5)
        self.listener.close()
        (HERE / f"{name}.ndjson").write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        print(name, len(self.lines), "pieces,", self.count, "connections")


def curl(port, *arguments):
    subprocess.run(["curl", "-sS", "--max-time", "10", *[a.replace("@", f"http://127.0.0.1:{port}") for a in arguments]],
                   stdout=subprocess.DEVNULL, check=True)


def raw(port, octets):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(octets)
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass


def main():
    root = pathlib.Path(tempfile.mkdtemp())
    (root / "www/folder").mkdir(parents=True)
    (root / "www/index.html").write_text(PAGE)
    (root / "www/style.css").write_text("h1 { color: #357 }\n")
    (root / "www/small.txt").write_text("twenty-six octets of text\n")
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)
    port = free_port()
    (root / "nginx.conf").write_text(CONFIG.format(root=root, port=port))
    nginx = subprocess.Popen(["nginx", "-e", f"{root}/error.log", "-c", f"{root}/nginx.conf"])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        r = Recorder(port)
        curl(r.port, "@/small.txt", "-H", "If-None-Match: *", "--next", "-I", "@/small.txt", "--next", "-r", "0-5", "@/small.txt",
             "--next", "--compressed", "@/index.html", "--next", "@/missing", "--next", "@/folder", "--next", "@/moved")
        r.save("nginx-curl")
        r = Recorder(port)
        curl(r.port, "-H", "Expect: 100-continue", "-d", "too much for ten octets", "@/upload", "--next", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: text/plain", "-d", "small", "@/upload")
        r.save("nginx-curl-upload")
        r = Recorder(port)
        one = b"GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n"
        raw(r.port, one + one.replace(b"GET", b"HEAD") + one.replace(b"small.txt", b"teapot") + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        r.save("nginx-pipelined")
        r = Recorder(port)
        raw(r.port, b"GET / HTTP/1.1\r\n\r\n")
        raw(r.port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        raw(r.port, b"GET /small.txt HTTP/1.1\nHost: a\n\n")
        r.save("nginx-faults")
        r = Recorder(port)
        profile = tempfile.mkdtemp()
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                        "--no-first-run", f"--user-data-dir={profile}", "--virtual-time-budget=2000", "--dump-dom", f"http://127.0.0.1:{r.port}/index.html"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=60)
        shutil.rmtree(profile, ignore_errors=True)
        r.save("nginx-chromium")
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait()
        shutil.rmtree(root)


if __name__ == "__main__":
    sys.exit(main())
