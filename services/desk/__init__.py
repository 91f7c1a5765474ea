"""One person's side: wallet, uploads, purchases, playback, earnings. Reached over the private socket only."""
