"""The sections of a study report, each from what the study found; a section without findings is none."""
