"""The page's search box: what it shows, how it spaces, and the keystrokes that it saves."""
