"""What was measured in the file, its picture, and its stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import duration, size
from studio.kit.widgets import text
from studio.kit.widgets.card import Card, column, hairline, row
from studio.kit.widgets.poster import Poster
from studio.kit.words import tr, tr_count
from studio.pages.upload.codec_names import codec_name
from studio.pages.upload.stages import StageList

if TYPE_CHECKING:
    from services.wire.uploads import FileFacts, UploadOut

_NO_BREAK = "\u00a0"


class FileCard(Card):
    """The file at the top, the stages below."""

    def __init__(self) -> None:
        super().__init__(spacing=20)
        self._poster = Poster()
        self._name = text.lead(wrap=True)
        self._facts = text.muted()
        self._codecs = text.caption(wrap=True)
        words = column(self._name, self._facts, self._codecs, spacing=6)
        words.addStretch(1)
        head = row(self._poster, spacing=20)
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self.body.addWidget(hairline())
        self.stages = StageList()
        self.body.addWidget(self.stages)

    def show_upload(self, upload: UploadOut, poster: bytes | None) -> None:
        """Show the file and how far it is."""
        self._name.setText(upload.file_name)
        self._poster.show_picture(poster)
        self._facts.setText(_facts(upload.facts, upload.size_bytes))
        self._codecs.setText(_codecs(upload.facts))
        self.stages.show_stages(upload.stages)


def _facts(facts: FileFacts | None, size_bytes: int) -> str:
    parts = [size(size_bytes)]
    if facts is not None:
        parts = [
            duration(facts.duration_ms),
            f"{facts.width} × {facts.height}",
            tr("{fps_text} fps", fps_text=facts.fps_text),
            *parts,
        ]
        if facts.chunk_count:
            parts.append(tr_count(facts.chunk_count, "{count} part", "{count} parts"))
    return "  ·  ".join(part.replace(" ", _NO_BREAK) for part in parts)


def _codecs(facts: FileFacts | None) -> str:
    if facts is None:
        return tr("Being looked at…")
    sound = (
        tr("{audio_codec} sound", audio_codec=codec_name(facts.audio_codec)) if facts.audio_codec else tr("no sound")
    )
    return tr("{video_codec} picture, {sound}", video_codec=codec_name(facts.video_codec), sound=sound)
