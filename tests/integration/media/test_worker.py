"""The worker process: killed, cancelled, out of memory, and fed with what is no film."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.ipfs.store import DiskBlockStore
from services.media import worker
from services.media.film import STAGES, Ingested, Progress
from services.wire.problems import ProblemError
from tests.fixtures.media import SECRET, content_of, ingest_into, ingest_job, repeat_film
from tests.nets.leaks import children

ROOT = Path(__file__).parents[3]


def problem_of(source: Path, folder: Path) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        ingest_into(folder, source)
    return caught.value


class TestProgress:
    def test_every_stage_is_told_to_its_end(self, timecode_clip: Path, tmp_path: Path) -> None:
        news: list[Progress] = []
        ingest_into(tmp_path, timecode_clip, news.append)
        for stage in STAGES:
            done = [item.done for item in news if item.stage == stage]
            assert done == sorted(done)
            assert done[-1] == 26_000
        assert {item.total for item in news} == {26_000}

    def test_a_film_is_probed_without_storing_anything(self, timecode_clip: Path) -> None:
        facts = asyncio.run(worker.probe(timecode_clip))
        assert (facts.duration_ms, facts.width, facts.height, facts.frames_per_1000_s) == (26_000, 640, 360, 25_000)
        assert (facts.container, facts.video_codec, facts.audio_codec) == ("mov", "h264", "aac")
        assert facts.size_bytes == timecode_clip.stat().st_size


class TestKilled:
    @pytest.mark.logs("worker.died")
    def test_work_goes_on_where_it_was_with_the_same_names(self, timecode_clip: Path, tmp_path: Path) -> None:
        """kill -9 three times, each a little later; the end is that of a run without any."""
        film = tmp_path / "film.mp4"
        repeat_film(timecode_clip, film, 8)
        for stop_at_ms in (30_000, 80_000, 130_000):
            self._killed_run(tmp_path / "killed", film, stop_at_ms)
            assert len(self._journal(tmp_path / "killed")) >= stop_at_ms // 10_000
        early = self._journal(tmp_path / "killed")[:3]
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "killed" / "blocks").glob("*/*.data")}
        resumed = ingest_into(tmp_path / "killed", film)
        assert resumed == ingest_into(tmp_path / "clean", film)
        assert [chunk["cid"] for chunk in early] == [str(chunk.cid) for chunk in resumed.chunks[:3]]
        assert before == {path: path.stat().st_mtime_ns for path in before}
        assert _names(tmp_path / "killed") == _names(tmp_path / "clean")

    def _killed_run(self, folder: Path, source: Path, stop_at_ms: int) -> None:
        before = children()

        def kill_once(news: Progress) -> None:
            if news.stage == "store" and news.done >= stop_at_ms:
                for pid in children() - before:
                    os.kill(pid, signal.SIGKILL)

        with pytest.raises(ProblemError) as caught:
            ingest_into(folder, source, kill_once)
        assert caught.value.code == "media.worker_failed"
        assert caught.value.kind.retryable

    def _journal(self, folder: Path) -> list[dict[str, str]]:
        lines = (folder / "resume" / "chunks.jsonl").read_bytes().splitlines()
        return [json.loads(line) for line in lines]

    def test_a_torn_journal_is_read_up_to_the_tear(self, timecode_clip: Path, tmp_path: Path) -> None:
        first = ingest_into(tmp_path, timecode_clip)
        journal = tmp_path / "resume" / "chunks.jsonl"
        whole = journal.read_bytes()
        for torn in (whole[:-1], whole[:-200], whole[:1], b"", b"\0" * 4096, whole[:400] + b"\xff\n" + whole[400:]):
            journal.write_bytes(torn)
            assert ingest_into(tmp_path, timecode_clip) == first
            assert journal.read_bytes() == whole

    def test_a_lost_block_is_stored_again(self, timecode_clip: Path, tmp_path: Path) -> None:
        first = ingest_into(tmp_path, timecode_clip)
        store = DiskBlockStore(tmp_path / "blocks")
        store.discard(first.chunks[1].cid)
        assert ingest_into(tmp_path, timecode_clip) == first
        assert store.get(first.chunks[1].cid)

    def test_a_film_changed_in_between_is_sealed_anew(
        self, timecode_clip: Path, silent_clip: Path, tmp_path: Path
    ) -> None:
        source = tmp_path / "film.mp4"
        source.write_bytes(timecode_clip.read_bytes())
        ingest_into(tmp_path, source)
        source.write_bytes(silent_clip.read_bytes())
        assert ingest_into(tmp_path, source) == ingest_into(tmp_path / "clean", silent_clip)


def _names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "blocks").glob("*/*.data")}


class TestCancelled:
    async def test_the_worker_ends_at_once_and_work_can_go_on(self, long_film: Path, tmp_path: Path) -> None:
        before = children()
        stored = asyncio.Event()
        job = asyncio.create_task(
            ingest_job(tmp_path, long_film, lambda news: stored.set() if news.stage == "store" else None)
        )
        await stored.wait()
        # A worker that stands still does not end by itself: who waited for it would wait for ever.
        for pid in children() - before:
            os.kill(pid, signal.SIGSTOP)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert children() == before
        assert len((await ingest_job(tmp_path, long_film, lambda news: None)).chunks) == 63

    def test_a_worker_ends_with_its_parent(self, long_film: Path, tmp_path: Path) -> None:
        with _worker(_request(long_film, tmp_path)) as process:
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(60) == 1


class TestAsleep:
    def test_a_computer_that_slept_goes_on_where_it_was(self, timecode_clip: Path, tmp_path: Path) -> None:
        """The worker stands still, and by the clock hours pass; then it goes on, and nothing was given up."""

        async def slept() -> Ingested:
            loop, jump, news = asyncio.get_running_loop(), [0.0], list[Progress]()
            real = loop.time
            loop.time = lambda: real() + jump[0]  # type: ignore[method-assign]
            before = children()

            def sleep(pids: set[int]) -> None:
                jump[0] = 8 * 3600.0
                for pid in pids:
                    loop.call_later(0.2, os.kill, pid, signal.SIGCONT)

            def sleep_once(item: Progress) -> None:
                if not news:
                    news.append(item)
                    pids = children() - before
                    for pid in pids:
                        os.kill(pid, signal.SIGSTOP)
                    # By then its last news are read, and the next are waited for.
                    loop.call_later(0.2, sleep, pids)

            film = await ingest_job(tmp_path / "slept", timecode_clip, sleep_once)
            assert jump[0]
            return film

        assert asyncio.run(slept()) == ingest_into(tmp_path / "awake", timecode_clip)


class TestLimits:
    def test_memory_does_not_grow_with_the_film(self, timecode_clip: Path, long_film: Path, tmp_path: Path) -> None:
        short = tmp_path / "short.mp4"
        repeat_film(timecode_clip, short, 2)
        peaks = [_peak_memory(source, tmp_path / source.stem) for source in (short, long_film)]
        assert peaks[1] - peaks[0] < 8 * 1024 * 1024, peaks
        assert peaks[1] < 200 * 1024 * 1024, peaks

    def test_a_worker_has_limits_and_no_secret_in_sight(self, long_film: Path, tmp_path: Path) -> None:
        with _worker(_request(long_film, tmp_path)) as process:
            assert process.stdout is not None
            process.stdout.readline()
            limits = Path(f"/proc/{process.pid}/limits").read_text()
            shown = (
                Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
            )
            status = Path(f"/proc/{process.pid}/status").read_text().split("\n")
            process.kill()
        assert "Seccomp:\t2" in status
        assert "NoNewPrivs:\t1" in status
        assert SECRET.hex().encode() not in shown
        rows = {line[:25].strip(): line[25:].split()[:2] for line in limits.splitlines()}
        assert rows["Max address space"] == [str(1024**3), str(3 * 1024**3)]
        assert rows["Max file size"] == [str(16 * 1024**2)] * 2
        assert rows["Max core file size"] == ["0", "0"]
        assert int(rows["Max cpu time"][0]) < 120

    def test_the_environment_stays_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_API_KEY", "hidden")
        assert "SOME_API_KEY" not in worker._environment()

    @pytest.mark.logs("worker.died")
    def test_a_silent_worker_is_given_up(self, long_film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker, "SILENCE_S", 0.01)
        monkeypatch.setattr(worker, "WAKING_S", 0.01)
        with pytest.raises(ProblemError) as caught:
            asyncio.run(worker.probe(long_film))
        assert (caught.value.code, caught.value.params) == ("media.limits", {"limit": "time"})


def _request(source: Path, folder: Path) -> dict[str, str]:
    return {
        "job": "ingest",
        "source": str(source),
        "secret": SECRET.hex(),
        "content_id": content_of(1),
        "store_root": str(folder / "blocks"),
        "resume_dir": str(folder / "resume"),
    }


def _worker(request: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "services.media.jobs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    return process


def _peak_memory(source: Path, folder: Path) -> int:
    """Ask at every line that the worker writes; the usage that wait4 gives counts this process before the exec."""
    peak, lines = 0, [b""]
    with _worker(_request(source, folder)) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak, *(int(row.split()[1]) * 1024 for row in status.splitlines() if row.startswith("VmHWM"))])
    assert process.returncode == 0
    assert b'"done": {"init_cid"' in lines[-1]
    return peak
