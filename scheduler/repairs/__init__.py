"""Repairs of a published diary after changes, with the fewest moves (contract, section 6). ``README.md`` explains the proof."""
