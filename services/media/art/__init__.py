"""Pictures and sounds that code draws: what the demo world shows, sells and lets be heard."""
