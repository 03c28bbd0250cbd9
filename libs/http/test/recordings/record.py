#!/usr/bin/env python3
"""Records what real programs say to a real nginx: one NDJSON file for each scenario, one line for each piece read.

    python3 libs/http/test/recordings/record.py

Needs nginx, curl and chromium. Loopback only, ports are chosen by the kernel. Lines: {"connection": n,
"direction": "in" | "out", "octets": base64} as a tap at the server would see them, and {"connection", "end"}.
"""
import base64, hashlib, json, os, pathlib, shutil, signal, socket, socketserver, subprocess, sys, tempfile, threading, time

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


SCRIPT = """<!doctype html><title>waiting</title><script>
const socket = new WebSocket(location.href.replace("http", "ws"), ["echo"]);
socket.onopen = () => { socket.send("Grüße"); socket.send(new Uint8Array(300)); };
let left = 2;
socket.onmessage = () => { if (--left === 0) socket.close(4000, "done"); };
socket.onclose = ({ code }) => { document.title = "closed " + code; };
</script>"""


class Echo(socketserver.StreamRequestHandler):
    """A page, and a WebSocket that sends back what it gets: enough to hear what a browser says."""

    def handle(self):
        fields = dict(line.decode().rstrip().lower().split(": ", 1) if i == 0 else line.decode().rstrip().split(": ", 1)
                      for i, line in enumerate(iter(self.rfile.readline, b"\r\n")) if b": " in line)
        key = fields.get("Sec-WebSocket-Key")
        if key is None:
            page = SCRIPT.encode()
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
            return
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: echo\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        while True:
            first, second = self.rfile.read(2)
            size = second & 127
            size = int.from_bytes(self.rfile.read(2), "big") if size == 126 else size
            mask, octets = self.rfile.read(4), self.rfile.read(size)
            plain = bytes(octet ^ mask[i % 4] for i, octet in enumerate(octets))
            length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
            self.wfile.write(bytes([first]) + length + plain)
            if first == 0x88:
                return


def chromium(url):
    profile = tempfile.mkdtemp()
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                    "--no-first-run", f"--user-data-dir={profile}", "--timeout=3000", "--dump-dom", url],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=60)
    shutil.rmtree(profile, ignore_errors=True)


def record_websocket():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        r = Recorder(server.server_address[1])
        chromium(f"http://127.0.0.1:{r.port}/")
        r.save("chromium-websocket")
        server.shutdown()


def main():
    record_websocket()
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
        chromium(f"http://127.0.0.1:{r.port}/index.html")
        r.save("nginx-chromium")
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait()
        shutil.rmtree(root)


if __name__ == "__main__":
    sys.exit(main())
