"""Codes a sound track anew as AAC, in step with the picture. Runs in the worker process only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.filter import Graph

from services.media.lanes import keep_language
from services.media.packets import AnyPacket

_RATES = (96_000, 88_200, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_LAYOUTS = ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1")
_BITS_A_CHANNEL = 80_000
_BLOCK = 1024
# A track that is late is filled up to this far behind the picture; what comes then is put in its place.
_BEHIND_S = Fraction(1, 2)


class SoundCoding:
    """Decodes, fills gaps with silence, resamples where AAC needs it, and codes."""

    def __init__(self, output: OutputContainer, stream: AudioStream) -> None:
        self._source = stream
        rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout.name
        self._rate = rate if rate in _RATES else 48_000
        self._layout = layout if layout in _LAYOUTS else "mono" if stream.codec_context.channels == 1 else "stereo"
        target = output.add_stream("aac", rate=self._rate, layout=self._layout)
        if not isinstance(target, AudioStream):
            raise TypeError("aac")
        self._target = target
        target.bit_rate = _BITS_A_CHANNEL * target.codec_context.channels
        keep_language(target, stream)
        self._graph: Graph | None = None
        self._shape: tuple[str, str, int, Fraction] | None = None
        self._given = 0
        self._heard = False

    def take(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            return
        for frame in frames:
            if isinstance(frame, AudioFrame):
                yield from self._take_frame(frame)

    def fill(self, now: Fraction) -> Iterator[AnyPacket]:
        """Give silence up to shortly before ``now`` (seconds of film) while nothing was heard yet."""
        while not self._heard and Fraction(self._given + _BLOCK, self._rate) < now - _BEHIND_S:
            silence = AudioFrame(format="fltp", layout=self._layout, samples=_BLOCK)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate = self._rate
            yield from self._code(silence)

    def flush(self) -> Iterator[AnyPacket]:
        yield from self._end_graph()
        yield from self._target.encode(None)

    def _take_frame(self, frame: AudioFrame) -> Iterator[AnyPacket]:
        time_base = frame.time_base or Fraction(1, frame.sample_rate)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate, time_base)
        if self._graph is None or shape != self._shape:
            yield from self._end_graph()
            self._graph, self._shape = self._make_graph(*shape), shape
        self._heard = True
        self._graph.push(frame)
        yield from self._pulled(self._graph)

    def _make_graph(self, sample_format: str, layout: str, rate: int, time_base: Fraction) -> Graph:
        graph = Graph()
        parts = (
            graph.add_abuffer(sample_rate=rate, format=sample_format, layout=layout, time_base=time_base),
            graph.add("aresample", f"{self._rate}:async=1:min_hard_comp=0.02:first_pts={self._given}"),
            graph.add("aformat", f"sample_fmts=fltp:sample_rates={self._rate}:channel_layouts={self._layout}"),
            graph.add("asetnsamples", f"n={_BLOCK}:p=0"),
            graph.add("abuffersink"),
        )
        graph.link_nodes(*parts).configure()
        return graph

    def _end_graph(self) -> Iterator[AnyPacket]:
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pulled(self._graph)
            self._graph = None

    def _pulled(self, graph: Graph) -> Iterator[AnyPacket]:
        while True:
            try:
                frame = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if isinstance(frame, AudioFrame):
                yield from self._code(frame)

    def _code(self, frame: AudioFrame) -> Iterable[AnyPacket]:
        frame.pts, frame.time_base = self._given, Fraction(1, self._rate)
        self._given += frame.samples
        return self._target.encode(frame)
