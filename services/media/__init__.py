"""Film in, sealed chunks and a signed manifest out. Decoding happens in a worker process only."""
