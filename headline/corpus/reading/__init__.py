"""Files of every kind become rows of cells, one at a time and within bounds."""
