"""Visitors without a browser: they use Streamlit's websocket protocol and record what they receive."""

import socket
import time
from collections.abc import Callable
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks.server import Server

_OPEN_SECONDS = 120
_GOES_ON = ForwardMsg.FINISHED_EARLY_FOR_RERUN


class Visitor:
    """One session, and its current page: elements by their place."""

    def __init__(self, server: Server):
        # No pings from here: thirty visitors in one process answer late, and the server would count them as gone.
        self._socket = connect(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            ping_interval=None,
            max_size=None,
            open_timeout=_OPEN_SECONDS,
        )
        self.elements: dict[tuple[int, ...], Any] = {}
        self.said: list[str] = []

    def open(self, page: str = "", query: str = "") -> None:
        """Requests a page; `until` reads its contents."""
        self.elements.clear()
        self.said.clear()
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        self._socket.send(message.SerializeToString())

    def until(self, enough: Callable[["Visitor"], bool] | None = None, seconds: float = 300.0) -> bool:
        """Reads messages until the page is finished, or until `enough`.

        Returns:
            Whether the page is finished.

        Raises:
            TimeoutError: If neither happens within the given seconds.
        """
        end = time.monotonic() + seconds
        while enough is None or not enough(self):
            message = ForwardMsg.FromString(self._socket.recv(max(0.01, end - time.monotonic())))  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished != _GOES_ON:
                return True
            if kind != "delta":
                continue
            place = tuple(message.metadata.delta_path)
            # The new element replaces the old one and its contents.
            for old in [other for other in self.elements if other[: len(place)] == place]:
                del self.elements[old]
            if message.delta.WhichOneof("type") == "new_element":
                element = self.elements[place] = message.delta.new_element
                if element.WhichOneof("type") == "progress":
                    self.said.append(element.progress.text)
        return False

    def count(self, kind: str) -> int:
        """How many elements of a kind the page has."""
        return sum(element.WhichOneof("type") == kind for element in self.elements.values())

    @property
    def n_pictures(self) -> int:
        """Pictures that came inside the page, as st.image or in HTML."""
        shown = [picture for element in self.elements.values() for picture in element.imgs.imgs]
        bodies = [element.html.body for element in self.elements.values() if element.WhichOneof("type") == "html"]
        parts = [element.bidi_component.mixed.json for element in self.elements.values()]
        return sum(bool(one.url) for one in shown) + sum(text.count("data:image/") for text in [*bodies, *parts])

    @property
    def problems(self) -> list[str]:
        """Exceptions and error boxes on the page."""
        exceptions = [element.exception.message for element in self.elements.values() if element.HasField("exception")]
        alerts = [element.alert for element in self.elements.values() if element.WhichOneof("type") == "alert"]
        return exceptions + [alert.body for alert in alerts if alert.format == alert.ERROR]

    def leave(self) -> None:
        """Closes the page normally."""
        self._socket.close()

    def vanish(self) -> None:
        """Ends the connection without a message, like a browser that is killed."""
        self._socket.socket.shutdown(socket.SHUT_RDWR)
        self._socket.close_socket() if hasattr(self._socket, "close_socket") else self._socket.socket.close()
