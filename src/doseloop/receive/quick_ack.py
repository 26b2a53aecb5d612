"""A DICOM server whose accepted sockets acknowledge at once.

Senders that leave Nagle's algorithm on (DCMTK's storescu among them) wait for the receiver's delayed acknowledgement, 40 ms
for each object. TCP_QUICKACK (Linux, tcp(7)) ends the wait; it is not permanent and is set again after each read.
"""

import socket
from socketserver import TCPServer
from typing import Any

from pynetdicom.transport import ThreadedAssociationServer

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class QuickAckSocket(socket.socket):
    """A socket that sets TCP_QUICKACK after each read, where the system has it."""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Up to `size` bytes, as `socket.recv`."""
        received = super().recv(size, flags)
        if _QUICKACK is not None:
            self.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        return received


class QuickAckServer(ThreadedAssociationServer):
    """pynetdicom's threaded server over `QuickAckSocket`."""

    daemon_threads = True

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept one connection."""
        assert self.socket is not None
        accepted, address = self.socket.accept()
        return QuickAckSocket(fileno=accepted.detach()), address

    def shutdown(self) -> None:
        """Close the port. pynetdicom's own would look for a server that its AE has started, which this is not."""
        TCPServer.shutdown(self)
        self.server_close()
