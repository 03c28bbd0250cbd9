"""Python's ftplib against the server: argv is host, port, user, password, CA file or "-". Says what happened as JSON."""
import ftplib
import hashlib
import io
import json
import ssl
import sys

host, port, user, password, ca = sys.argv[1:6]
if ca == "-":
    ftp = ftplib.FTP(timeout=20)
else:
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False

    class Reusing(ftplib.FTP_TLS):
        """ftplib begins a new TLS session for each data connection; the documented way to resume is this."""

        def ntransfercmd(self, cmd, rest=None):
            connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session)
            said["reused"] = connection.session_reused
            return connection, size

    ftp = Reusing(timeout=20, context=context)
said = {}
ftp.connect(host, int(port))
ftp.login(user, password)
if ca != "-":
    ftp.prot_p()
content = bytes(range(256)) * 4000
ftp.mkd("python")
ftp.cwd("python")
said["pwd"] = ftp.pwd()
ftp.storbinary("STOR a b.bin", io.BytesIO(content))
got = io.BytesIO()
ftp.retrbinary("RETR a b.bin", got.write)
said["same"] = hashlib.sha256(got.getvalue()).hexdigest() == hashlib.sha256(content).hexdigest()
rest = io.BytesIO()
ftp.retrbinary("RETR a b.bin", rest.write, rest=1_000_000)
said["resumed"] = rest.getvalue() == content[1_000_000:]
ftp.storbinary("STOR half", io.BytesIO(content[:500]))
ftp.storbinary("STOR half", io.BytesIO(content[500:]), rest=500)
ftp.voidcmd("TYPE I")
said["size"] = ftp.size("half")
lines = []
ftp.retrlines("LIST", lines.append)
said["list"] = len(lines)
said["mlsd"] = sorted((name, facts["type"], facts["size"]) for name, facts in ftp.mlsd(facts=["type", "size"]))
text = io.BytesIO()
ftp.storlines("STOR text", io.BytesIO(b"one\ntwo\n"))
text = []
ftp.retrlines("RETR text", text.append)
said["text"] = text
ftp.rename("half", "whole")
said["nlst"] = sorted(ftp.nlst())
# ABOR as ftplib sends it: urgent, its LF lost. The transfer is broken off; the session goes on.
if ca == "-":
    ftp.voidcmd("TYPE I")
    connection = ftp.transfercmd("RETR /huge.bin")
    connection.recv(10)
    said["abort"] = ftp.abort()[:3]
    connection.close()
    try:
        said["after"] = ftp.voidresp()[:3]
    except ftplib.all_errors as error:
        said["after"] = str(error)[:3]
said["noop"] = ftp.voidcmd("NOOP")[:3]
try:
    ftp.cwd("/../../etc")
    said["escape"] = ftp.pwd()
except ftplib.error_perm as error:
    said["escape"] = str(error)[:3]
ftp.cwd("/python")
for name in ("a b.bin", "whole", "text"):
    ftp.delete(name)
ftp.cwd("..")
ftp.rmd("python")
said["quit"] = ftp.quit()[:3]
print(json.dumps(said))
