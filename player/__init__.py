"""The viewer's side: finding, playing and paying for films."""
