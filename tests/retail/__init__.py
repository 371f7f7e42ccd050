"""Tests of the retail example against outside data; skipped where that is absent."""
