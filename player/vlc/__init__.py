"""The player's engine: libVLC fed from memory. Nothing outside this package may import python-vlc."""
