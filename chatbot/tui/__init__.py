"""The full-screen application. The only room that imports Textual; ``app.run`` is its door."""
