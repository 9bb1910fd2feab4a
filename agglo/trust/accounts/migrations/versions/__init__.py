"""One module for each revision; none changes once it has been released."""
