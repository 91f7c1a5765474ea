"""``python -m services.host.encoder_probe`` names the encoder of films: a driver may take its whole process along."""

from __future__ import annotations

import sys

_WIDTH, _HEIGHT = 1280, 720


def main() -> int:
    """Print the encoder's name, and 1 for a graphics card's."""
    from services.media.encoders import choose_encoder

    try:
        found = choose_encoder(_WIDTH, _HEIGHT)
    except LookupError:
        return 1
    print(found.name, int(found.is_hardware))
    return 0


if __name__ == "__main__":
    sys.exit(main())
