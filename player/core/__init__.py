"""Playback rules without Qt and without VLC: timelines, states and legal moves, positions, buying ahead."""
