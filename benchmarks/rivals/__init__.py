"""Källsvar beside what one would otherwise install, each in an environment of its own."""
