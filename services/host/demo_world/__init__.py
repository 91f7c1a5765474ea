"""The demo world: a town of creators and viewers with a past, made once from a seed by the real code paths."""
