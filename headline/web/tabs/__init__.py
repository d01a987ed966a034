"""The page: a tab or a part of one per file, as a class of layout, handlers and wiring."""
