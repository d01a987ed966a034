"""A corpus of any size as a folder of parts: read, counted and encoded a part at a time, here or on a Dask cluster."""
