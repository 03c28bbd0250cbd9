"""Python's ftplib behind CCC: argv is port, CA file, file to store. Says what happened as JSON."""
import ftplib
import io
import json
import ssl
import sys

port, ca, path = sys.argv[1:4]
context = ssl.create_default_context(cafile=ca)
context.check_hostname = False


class Reusing(ftplib.FTP_TLS):
    """The session of the control connection, kept from before its TLS ends."""

    def ntransfercmd(self, cmd, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(connection, server_hostname=self.host, session=self.kept), size


ftp = Reusing(timeout=20, context=context)
ftp.connect("127.0.0.1", int(port))
ftp.login("ann", "secret")
ftp.prot_p()
ftp.kept = ftp.sock.session
said = {"ccc": ftp.ccc()[:3]}
said["in_clear"] = ftp.sock.version() is None
with open(path, "rb") as file:
    ftp.storbinary("STOR up", file)
    said["names"] = ftp.nlst()
    got = io.BytesIO()
    ftp.retrbinary("RETR up", got.write)
    file.seek(0)
    said["same"] = got.getvalue() == file.read()
ftp.quit()
print(json.dumps(said))
