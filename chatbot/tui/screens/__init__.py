"""One screen a module. A screen sends commands to the interview and draws views; it opens no file."""
