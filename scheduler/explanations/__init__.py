"""Why a booking is as it is, and why another slot is not possible, each answer verified by a solve (contract, section 6).

``README.md`` explains the search for facts and cures. ``scheduler.why_not`` and ``scheduler.why`` are the functions to call.
"""
