"""The shell around the pure inside: composition, the loop, effects, timers, settings, telemetry."""
