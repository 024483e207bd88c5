"""Training of Isolde's networks: recordings in, a `.isolde` model file out."""
