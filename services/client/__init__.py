"""What the window may call. One small class a slice, all on one private socket."""

from services.client.client import Client, DeskClient, connect

__all__ = ["Client", "DeskClient", "connect"]
