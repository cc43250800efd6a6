"""Backstory: structured history-taking for people whose back and leg pain goes on after spine surgery."""

__version__ = "0.1.0"
