"""Commands that answer until they are ended: an editor, or whoever asks over HTTP."""
