"""Schedules child protection conferences: values in, values out."""
