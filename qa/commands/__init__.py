"""What each command of `evqa` does; `qa.cli` reads their arguments."""
