"""Slots for one more conference in a diary that stays as it is, each with its cost (contract, section 6).

``README.md`` explains the evaluation. ``scheduler.offer`` is the function to call; ``offers_on`` in ``offer.py`` takes a board
that serves several requests.
"""
