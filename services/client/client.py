"""The window's access to the service and to one desk at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from types import TracebackType

import httpx

from services.client.bulk import BulkClient
from services.client.catalogue import Brought, CatalogueClient, PlaybackClient
from services.client.demo import DemoClient
from services.client.figures import FiguresClient
from services.client.library import LibraryClient, ProfilesClient
from services.client.memberships import MembershipsClient
from services.client.messages import MessagesClient
from services.client.nodes import NodesClient
from services.client.notices import NoticesClient
from services.client.oversight import OversightClient
from services.client.own_films import OwnFilmsClient
from services.client.passes import PassClient
from services.client.pricing import PricingClient
from services.client.profile import ProfileClient
from services.client.storage import StorageClient
from services.client.studio import EarningsClient, PayoutsClient, TiersClient, UploadsClient
from services.client.tips import TipsClient
from services.client.wallet import WalletClient
from services.http.door import TIMEOUT, Door
from services.http.private import PrivateClient
from services.wire.base import EventOut
from services.wire.desk import DeskOut, Health
from services.wire.evidence import EvidenceOut
from services.wire.problems import ProblemError


class DeskClient:
    """One desk: ``client.desk("viewer").playback.buy(…)``."""

    def __init__(self, http: httpx.AsyncClient, desk_id: str, brought: Brought | None = None) -> None:
        door = Door(http, f"/desks/{desk_id}")
        self._door = door
        self.wallet = WalletClient(door)
        self.tips = TipsClient(door)
        self.nodes = NodesClient(door)
        self.tiers = TiersClient(door)
        self.memberships = MembershipsClient(door)
        self.messages = MessagesClient(door)
        self.uploads = UploadsClient(door)
        self.own_films = OwnFilmsClient(door)
        self.pricing = PricingClient(door)
        self.storage = StorageClient(door)
        self.catalogue = CatalogueClient(door)
        self.playback = PlaybackClient(door, brought)
        self.earnings = EarningsClient(door)
        self.payouts = PayoutsClient(door)
        self.passes = PassClient(door)
        self.oversight = OversightClient(door)
        self.figures = FiguresClient(door)
        self.notices = NoticesClient(door)
        self.bulk = BulkClient(door)
        self.profiles = ProfilesClient(door)
        self.library = LibraryClient(door)

    async def events(self) -> AsyncIterator[EventOut]:
        """Yield what changes on this desk until the connection ends."""
        request = self._door.http.stream("GET", f"{self._door.prefix}/events", timeout=httpx.Timeout(30.0, read=None))
        try:
            async with request as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data: "):
                        yield EventOut.model_validate(json.loads(line.removeprefix("data: ")))
        except httpx.TransportError as exc:
            raise ProblemError("service.unreachable") from exc
        except RuntimeError as exc:
            # See services.http.door: the client was closed because its service is gone.
            if not self._door.http.is_closed:
                raise
            raise ProblemError("service.unreachable") from exc


class Client:
    """The service process. Use as an async context manager, or call ``aclose``."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._door = Door(http)
        self._brought = Brought()
        self.demo = DemoClient(self._door)
        self.profile = ProfileClient(self._door)

    def desk(self, desk_id: str) -> DeskClient:
        """Give access to one desk; cheap, may be called for each use."""
        return DeskClient(self._http, desk_id, self._brought)

    async def health(self) -> Health:
        """Ask whether the service is there. Problem codes: service.unreachable, service.unauthorised."""
        return await self._door.call(Health, "GET", "/health", timeout_s=5)

    async def desks(self) -> tuple[DeskOut, ...]:
        """List the desks, the one to open first at the front."""
        return await self._door.call(tuple[DeskOut, ...], "GET", "/desks")

    async def evidence(self) -> EvidenceOut:
        """Say how the whole service stands, for an evidence file."""
        return await self._door.call(EvidenceOut, "GET", "/evidence", timeout_s=20)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _private_client(socket: str, token: str) -> httpx.AsyncClient:
    """Open a client on the service's Unix socket, or on 127.0.0.1 when socket is ``host:port``."""
    return PrivateClient(socket, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT)


def connect(socket: str, token: str) -> Client:
    """Open a client; nothing is sent yet. The caller closes it."""
    return Client(_private_client(socket, token))
