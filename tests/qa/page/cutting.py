"""A way to the service that breaks in the middle of an answer, as a network or a server that goes away does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time


class CuttingProxy:
    """Passes bytes to and from a server, and ends every connection just before `cut_before` would come back."""

    def __init__(self, address: str, cut_before: bytes) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self._cut_before = cut_before
        self.is_mended = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accepts no more."""
        self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts: closing alone does not
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                try:
                    server = socket.create_connection(self._server)
                except OSError:  # the server is gone
                    client.close()
                    continue
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
                threading.Thread(target=self._pass_back, args=(server, client), daemon=True).start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), server:
            while data := client.recv(65536):
                server.sendall(data)

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            while data := server.recv(65536):
                before, found, _ = data.partition(self._cut_before)
                client.sendall(data if self.is_mended else before)
                if found and not self.is_mended:
                    time.sleep(0.2)  # what came together with the end of a connection may be lost in the browser
                    client.shutdown(socket.SHUT_RDWR)
                    return
