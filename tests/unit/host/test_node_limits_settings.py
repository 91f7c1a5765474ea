"""Whether unpaid requests are bounded, and whose word on a client's address is believed."""

from __future__ import annotations

import pytest

from services.host.node_serve import _config
from services.host.node_settings import SettingsError, read_settings
from services.node.limits import RateLimits


def test_requests_are_bounded_unless_the_operator_says_otherwise() -> None:
    assert read_settings({}, {}, None).limits
    assert not read_settings({}, {"MUSECLOCK_NODE_LIMITS": "no"}, None).limits
    with pytest.raises(SettingsError, match="true or false"):
        read_settings({}, {"MUSECLOCK_NODE_LIMITS": "some"}, None)


def test_only_named_proxies_are_believed() -> None:
    nobody = read_settings({}, {}, None)
    named = read_settings({}, {"MUSECLOCK_NODE_PROXIES": "10.0.0.2, 10.1.0.0/16,::1"}, None)
    assert named.proxies == ("10.0.0.2/32", "10.1.0.0/16", "::1/128")
    app = RateLimits(lambda *_: None)  # type: ignore[arg-type]
    assert not _config(app, nobody).proxy_headers
    assert _config(app, named).proxy_headers
    assert _config(app, named).forwarded_allow_ips == list(named.proxies)
    for wrong in ("*", "proxy.example", "10.0.0.2/8"):
        with pytest.raises(SettingsError, match="addresses and networks"):
            read_settings({}, {"MUSECLOCK_NODE_PROXIES": wrong}, None)
