"""A WebSocket client written from RFC 6455 alone, without a library: asks, sends what its arguments say, prints what comes."""
import base64, hashlib, os, socket, struct, sys

port, origin = int(sys.argv[1]), sys.argv[2]
s = socket.create_connection(("127.0.0.1", port), timeout=10)
key = base64.b64encode(os.urandom(16)).decode()
s.sendall((f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\nSec-WebSocket-Protocol: x, echo\r\n\r\n").encode())
received = b""


def read(count):
    global received
    while len(received) < count:
        piece = s.recv(65536)
        if not piece:
            raise SystemExit("the connection ended")
        received += piece
    octets, received = received[:count], received[count:]
    return octets


head = b""
while not head.endswith(b"\r\n\r\n"):
    head += read(1)
lines = head.decode().split("\r\n")
print(lines[0])
fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if line)}
expected = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
print("accept", fields["sec-websocket-accept"] == expected, "connection", fields["connection"], "protocol", fields.get("sec-websocket-protocol"))


def send(first, payload):
    mask = os.urandom(4)
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size)
    s.sendall(bytes([first]) + length + mask + bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload)))


def receive():
    first, second = read(2)
    size = second & 0x7F
    if size == 126:
        size = struct.unpack(">H", read(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", read(8))[0]
    return first, second >> 7, read(size)


def show():
    first, masked, payload = receive()
    text = payload if len(payload) < 40 else f"{len(payload)} octets, sha256 {hashlib.sha256(payload).hexdigest()}".encode()
    print(f"{first:02x}", "masked" if masked else "plain", text.decode("utf-8", "backslashreplace"))


send(0x81, "Grüße".encode())
show()
send(0x89, b"are you there")
show()
send(0x01, "in ".encode())
send(0x80, "pieces".encode())
show()
send(0x82, bytes(i % 251 for i in range(100_000)))
show()
send(0x88, struct.pack(">H", 1000) + b"bye")
show()
print("end", s.recv(1) == b"")
