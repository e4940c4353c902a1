"""Tests of `manage.py doctor`: what it asks, what it says, and how it ends."""
