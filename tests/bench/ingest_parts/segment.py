"""What ``ffmpeg -c copy -f segment`` does, by the same library: for machines without the program."""

from __future__ import annotations

import sys
from pathlib import Path

import av


def segment(film: Path, folder: Path) -> None:
    """Copy a film into files of about ten seconds."""
    options = {"segment_time": "10", "segment_format": "mp4"}
    with av.open(str(film)) as source, av.open(str(folder / "%05d.mp4"), "w", format="segment", options=options) as out:
        targets = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = targets[packet.stream.index]
                out.mux_one(packet)


if __name__ == "__main__":
    segment(Path(sys.argv[1]), Path(sys.argv[2]))
