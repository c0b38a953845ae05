"""Cutting planes of the last tier: rows that every whole solution keeps and that its LP relaxation breaks.

``separation`` makes them (``presence``, ``zero_half``), ``loop`` adds them to the relaxation round by round and fixes columns
by their reduced costs, and ``process`` runs the loop in a child process.
"""
