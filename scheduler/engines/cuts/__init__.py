"""Cutting planes of the last tier: rows that every whole solution keeps and that its LP relaxation breaks.

``presence`` and ``zero_half`` make them. ``loop`` adds them to the relaxation round by round and fixes columns by their reduced
costs, in the child process that ``server`` runs. ``cutting`` is what a climb calls.
"""
